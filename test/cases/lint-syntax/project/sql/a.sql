SELECT 1;
ALTER TABLE visits ADD COLUMN country text,;
