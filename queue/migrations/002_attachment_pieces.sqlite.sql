-- An attachment can be tens of megabytes. In pieces it is in memory once: each is sealed
-- on its way in and opened on its way out.
--
-- No version before this one took attachments in. Were there some all the same, this
-- stops here rather than lose them.
CREATE TABLE none_yet (attachments INTEGER NOT NULL CHECK (attachments = 0)) STRICT;
INSERT INTO none_yet SELECT count(*) FROM attachment;
DROP TABLE none_yet;
DROP TABLE attachment;

CREATE TABLE attachment (
  seq INTEGER NOT NULL,
  nr INTEGER NOT NULL,                 -- in the order in which the document names them
  type TEXT NOT NULL,
  size INTEGER NOT NULL,               -- bytes, unsealed
  name BLOB NOT NULL,                  -- sealed
  PRIMARY KEY (seq, nr)
) STRICT;
CREATE TABLE attachment_piece (
  seq INTEGER NOT NULL,
  nr INTEGER NOT NULL,
  piece INTEGER NOT NULL,              -- from 0; each but the last of a fixed size
  bytes BLOB NOT NULL,                 -- sealed, bound to its place and to the whole's size
  PRIMARY KEY (seq, nr, piece)
) STRICT;
