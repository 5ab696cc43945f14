-- How many migrations a program must know to work on a store that has this one: NULL is as
-- many as its number (migrations.h).
ALTER TABLE migration ADD COLUMN needs INTEGER;
