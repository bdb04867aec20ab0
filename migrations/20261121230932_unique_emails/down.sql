-- Takes 20261121230932_unique_emails back.

DROP INDEX CONCURRENTLY IF EXISTS public.emails_email_key;
