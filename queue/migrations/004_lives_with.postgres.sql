-- How many migrations a program must know to work on a store that has this one: NULL is as
-- many as its number (migrations.h).
ALTER TABLE migration ADD COLUMN needs BIGINT;

-- The most of it, where whoever writes looks anyway.
ALTER TABLE turn ADD COLUMN needs BIGINT NOT NULL DEFAULT 0;
