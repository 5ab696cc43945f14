-- Who is told of the history, and how far each has confirmed.
CREATE TABLE receiver (
  name TEXT PRIMARY KEY,
  position INTEGER NOT NULL,           -- of history.id
  moved INTEGER NOT NULL
) STRICT;

-- What its caller knows a message by beside its identifier, told with each event.
ALTER TABLE record ADD COLUMN correlation BLOB;  -- sealed

-- Documents that our own validation refused and that were kept, since nobody waited for the
-- answer.  Their message is rejected, stands in no keys and holds no identifier:
-- record.identifikator is made of its id.
CREATE TABLE refusal (
  seq INTEGER PRIMARY KEY,
  identifikator BLOB,                  -- keyed hash, where one could be read
  details BLOB NOT NULL                -- sealed: JSON
) STRICT;
CREATE INDEX refusal_identifikator ON refusal (identifikator);

-- What was put in by SQL and is the same as a message that is there: the id that was given
-- for it leads to that one.
CREATE TABLE alias (
  id BLOB PRIMARY KEY,
  seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_of ON alias (seq);

-- What was put in by SQL and not looked at yet: nothing can be, here.
CREATE VIEW received_row AS
  SELECT 0 AS nr, x'' AS id, '' AS ressurs, 0 AS at WHERE 0;
