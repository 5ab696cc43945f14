-- How many messages there are in each state, for who looks: kept by whoever writes.  One row.
CREATE TABLE tally (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  received INTEGER NOT NULL,
  due INTEGER NOT NULL,
  in_doubt INTEGER NOT NULL,
  held INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  closed INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  cancelled INTEGER NOT NULL
) STRICT;
INSERT INTO tally
  SELECT 1, coalesce(sum(state = 0), 0), coalesce(sum(state = 1), 0), coalesce(sum(state = 3), 0),
    coalesce(sum(state = 4), 0), coalesce(sum(state = 5), 0), coalesce(sum(state = 6), 0),
    coalesce(sum(state = 7), 0), coalesce(sum(state = 8), 0)
  FROM message;

-- A receipt may come for a message that is gone; it names it by its id.
CREATE INDEX tombstone_id ON tombstone (id);
