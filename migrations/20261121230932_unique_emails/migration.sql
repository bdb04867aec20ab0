-- 20261121230932_unique_emails

-- fails where rows of emails have the same values; the next run drops what is left
-- locks emails: SHARE UPDATE EXCLUSIVE
CREATE UNIQUE INDEX CONCURRENTLY emails_email_key ON public.emails (email);
