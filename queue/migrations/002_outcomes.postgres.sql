-- Who is told of the history, and how far each has confirmed.
CREATE TABLE receiver (
  name TEXT PRIMARY KEY,
  position BIGINT NOT NULL,            -- of history.id
  moved BIGINT NOT NULL
) WITH (fillfactor = 10);

-- What its caller knows a message by beside its identifier, told with each event.
ALTER TABLE record ADD COLUMN correlation BYTEA;  -- sealed

-- Documents that our own validation refused and that were kept, since nobody waited for the
-- answer.  Their message is rejected, stands in no keys and holds no identifier:
-- record.identifikator is made of its id.
CREATE TABLE refusal (
  seq BIGINT PRIMARY KEY,
  identifikator BYTEA,                 -- keyed hash, where one could be read
  details BYTEA NOT NULL               -- sealed: JSON
);
CREATE INDEX refusal_identifikator ON refusal (identifikator);

-- What was put in by SQL and is the same as a message that is there: the id that was given
-- for it leads to that one.
CREATE TABLE alias (
  id BYTEA PRIMARY KEY,
  seq BIGINT NOT NULL
);
CREATE INDEX alias_of ON alias (seq);

-- The agency's door: what it puts in within a transaction of its own (docs/sql.md).  In the
-- clear until a worker has taken it up.  Nothing here may wait for a worker, nor a worker
-- for an agency's transaction: so rows are not numbered by `turn`, and there is no NOTIFY,
-- which would make commits of the agency's wait for each other.
CREATE TABLE received (
  nr BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id UUID NOT NULL DEFAULT gen_random_uuid() UNIQUE,
  ressurs TEXT NOT NULL CHECK (length(ressurs) BETWEEN 1 AND 100),
  melding BYTEA NOT NULL CHECK (length(melding) > 0),
  order_keys TEXT[] CHECK (cardinality(order_keys) <= 100 AND array_ndims(order_keys) = 1
                           AND array_position(order_keys, NULL) IS NULL),
  not_before TIMESTAMPTZ,
  correlation TEXT CHECK (octet_length(correlation) <= 255),
  role TEXT NOT NULL DEFAULT session_user,
  tx XID8 NOT NULL DEFAULT pg_current_xact_id(),  -- which has put it in
  at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0);
CREATE TABLE received_attachment (
  nr BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  received UUID NOT NULL REFERENCES received (id) ON DELETE CASCADE,
  navn TEXT NOT NULL CHECK (length(navn) BETWEEN 1 AND 200),
  type TEXT NOT NULL CHECK (length(type) BETWEEN 1 AND 200),
  innhold BYTEA NOT NULL
);
CREATE INDEX received_attachment_of ON received_attachment (received);
ALTER TABLE received ALTER COLUMN melding SET STORAGE EXTERNAL;
ALTER TABLE received_attachment ALTER COLUMN innhold SET STORAGE EXTERNAL;

-- Whatever is committed is whole: a worker may be reading it.
CREATE FUNCTION check_attachment() RETURNS TRIGGER LANGUAGE plpgsql SECURITY DEFINER
SET search_path = utboks, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM received
                 WHERE id = NEW.received AND tx = pg_current_xact_id()) THEN
    RAISE EXCEPTION 'this transaction has put in no message %: attachments go in with it',
      NEW.received USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_attachment BEFORE INSERT ON received_attachment
  FOR EACH ROW EXECUTE FUNCTION check_attachment();
CREATE VIEW received_row AS
  SELECT nr, uuid_send(id) AS id, ressurs,
         (extract(epoch FROM at) * 1000)::BIGINT AS at FROM received;

-- The functions are the owner's hands: whoever may call them needs no right to a table.
CREATE FUNCTION enqueue(ressurs TEXT, melding BYTEA, order_keys TEXT[] DEFAULT NULL,
                        not_before TIMESTAMPTZ DEFAULT NULL, correlation TEXT DEFAULT NULL)
RETURNS UUID LANGUAGE sql SECURITY DEFINER SET search_path = utboks, pg_temp AS $$
  INSERT INTO received (ressurs, melding, order_keys, not_before, correlation)
  VALUES ($1, $2, $3, $4, $5) RETURNING id
$$;
CREATE FUNCTION enqueue(ressurs TEXT, melding TEXT, order_keys TEXT[] DEFAULT NULL,
                        not_before TIMESTAMPTZ DEFAULT NULL, correlation TEXT DEFAULT NULL)
RETURNS UUID LANGUAGE sql SECURITY DEFINER SET search_path = utboks, pg_temp AS $$
  INSERT INTO received (ressurs, melding, order_keys, not_before, correlation)
  VALUES ($1, convert_to($2, 'UTF8'), $3, $4, $5) RETURNING id
$$;
-- In the transaction that has put the message in.
CREATE FUNCTION attach(message UUID, navn TEXT, type TEXT, innhold BYTEA)
RETURNS VOID LANGUAGE sql SECURITY DEFINER SET search_path = utboks, pg_temp AS $$
  INSERT INTO received_attachment (received, navn, type, innhold) VALUES ($1, $2, $3, $4)
$$;
REVOKE ALL ON FUNCTION enqueue(TEXT, BYTEA, TEXT[], TIMESTAMPTZ, TEXT) FROM PUBLIC;
REVOKE ALL ON FUNCTION enqueue(TEXT, TEXT, TEXT[], TIMESTAMPTZ, TEXT) FROM PUBLIC;
REVOKE ALL ON FUNCTION attach(UUID, TEXT, TEXT, BYTEA) FROM PUBLIC;
