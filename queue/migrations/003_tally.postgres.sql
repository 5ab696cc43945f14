-- How many messages there are in each state, for who looks: kept by whoever writes.  One row.
CREATE TABLE tally (
  one BIGINT PRIMARY KEY CHECK (one = 1),
  received BIGINT NOT NULL,
  due BIGINT NOT NULL,
  in_doubt BIGINT NOT NULL,
  held BIGINT NOT NULL,
  accepted BIGINT NOT NULL,
  closed BIGINT NOT NULL,
  rejected BIGINT NOT NULL,
  cancelled BIGINT NOT NULL
) WITH (fillfactor = 10);
INSERT INTO tally
  SELECT 1, count(*) FILTER (WHERE state = 0), count(*) FILTER (WHERE state = 1),
    count(*) FILTER (WHERE state = 3), count(*) FILTER (WHERE state = 4),
    count(*) FILTER (WHERE state = 5), count(*) FILTER (WHERE state = 6),
    count(*) FILTER (WHERE state = 7), count(*) FILTER (WHERE state = 8)
  FROM message;

-- A receipt may come for a message that is gone; it names it by its id.
CREATE INDEX tombstone_id ON tombstone (id);

-- Purging goes along the oldest entries of an index: what it has removed must be swept, or
-- each step passes over it.  A fifth of a large table, the default, would be a million rows.
ALTER TABLE message SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE record SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE content SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE attempt SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE history SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE order_key SET (autovacuum_vacuum_scale_factor = 0.02);
