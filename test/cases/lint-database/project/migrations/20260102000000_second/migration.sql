ALTER TABLE visits ALTER COLUMN id SET NOT NULL;
CREATE INDEX visits_country_idx ON visits (country);
