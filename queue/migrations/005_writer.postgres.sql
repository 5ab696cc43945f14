-- Who writes, and how many transactions of each have been committed: so that one whose answer
-- was lost can be asked after.  (Its number in PostgreSQL does not tell: a server that crashed,
-- or another that took over, gives numbers again that it had given to what it lost.)
CREATE TABLE writer (
  id BIGINT PRIMARY KEY,               -- by chance, for each connection's life
  serial BIGINT NOT NULL,
  at BIGINT NOT NULL
) WITH (fillfactor = 10);
