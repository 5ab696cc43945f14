-- Where the register's feedback has been read up to: it moves in the transaction that
-- does what was read.
CREATE TABLE feed (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  position INTEGER NOT NULL,
  read_at INTEGER,                     -- NULL: never
  silent INTEGER NOT NULL
) STRICT;
INSERT INTO feed (one, position, read_at, silent) VALUES (1, 0, NULL, 0);
