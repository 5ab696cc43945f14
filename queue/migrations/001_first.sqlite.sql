-- The outbox, first form.  Times are whole milliseconds of UTC; states are the
-- numbers of queue/state.h; `reason` is a word of queue/reason.h; a BLOB named
-- in a comment as sealed is AES-256-GCM bound to its row and column.

-- Whose store this is, and which life of it.  One row.
CREATE TABLE store (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id TEXT NOT NULL,
  environment TEXT NOT NULL,
  organisation TEXT NOT NULL,
  host TEXT NOT NULL,
  epoch INTEGER NOT NULL,              -- new after each restore
  copy INTEGER NOT NULL DEFAULT 0,     -- 1: made by `backup`
  created INTEGER NOT NULL
) STRICT;

CREATE TABLE key_fingerprint (
  purpose TEXT NOT NULL,
  id INTEGER NOT NULL,
  fingerprint BLOB NOT NULL,
  PRIMARY KEY (purpose, id)
) STRICT, WITHOUT ROWID;

-- A resource and its gate; nr 0, name '' is the site.
CREATE TABLE gate (
  nr INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  outage INTEGER NOT NULL DEFAULT 0,
  outage_reason TEXT NOT NULL DEFAULT '',
  outage_since INTEGER,
  credential INTEGER NOT NULL DEFAULT 0,
  suspect INTEGER NOT NULL DEFAULT 0,
  probes INTEGER NOT NULL DEFAULT 0,
  next_probe INTEGER,
  openings INTEGER NOT NULL DEFAULT 0,
  blame_run INTEGER NOT NULL DEFAULT 0,
  blame_since INTEGER,
  blamed TEXT NOT NULL DEFAULT '',     -- seqs, blank between
  paused INTEGER NOT NULL DEFAULT 0,
  paused_since INTEGER,
  pause_until INTEGER,
  failed TEXT NOT NULL DEFAULT '',     -- seqs, blank between
  same_failures INTEGER NOT NULL DEFAULT 0,
  not_before INTEGER,
  alone_next INTEGER NOT NULL DEFAULT 0,
  head_status INTEGER NOT NULL DEFAULT 0,
  last_tried INTEGER NOT NULL DEFAULT 0, -- seq: was another one tried meanwhile?
  waits_end INTEGER NOT NULL DEFAULT 0   -- attempt: waits given up to it are over; 0: written
) STRICT;
INSERT INTO gate (nr, name) VALUES (0, '');

-- What changes of a message.  While it is being sent this row stands as it was: see
-- `lease`.
CREATE TABLE message (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL,                    -- UUIDv7
  ressurs INTEGER NOT NULL REFERENCES gate (nr),
  lane INTEGER NOT NULL DEFAULT 0,
  state INTEGER NOT NULL,              -- never sending: a row of `lease` says that
  ahead INTEGER NOT NULL,              -- of its keys, those in which it is not first
  due_at INTEGER NOT NULL,
  not_before INTEGER,
  waited_on INTEGER NOT NULL DEFAULT 0,  -- 1: due_at was set by its resource's failures
  attempts INTEGER NOT NULL DEFAULT 0,
  counted INTEGER NOT NULL DEFAULT 0,
  unanswered INTEGER NOT NULL DEFAULT 0,
  doubt_since INTEGER,                 -- of the first attempt without an answer
  doubts INTEGER NOT NULL DEFAULT 0,
  crashes INTEGER NOT NULL DEFAULT 0,
  backoff INTEGER NOT NULL DEFAULT 0,
  first_failure INTEGER,
  judged INTEGER NOT NULL DEFAULT 0,
  in_keys INTEGER NOT NULL DEFAULT 1,  -- stands in its keys
  followed INTEGER NOT NULL DEFAULT 0, -- another stands, or has stood, behind it in one of them
  after_followers INTEGER NOT NULL DEFAULT 0,  -- waits until no follower is under way
  last_attempt INTEGER NOT NULL DEFAULT 0,     -- of those that are settled
  receipt INTEGER NOT NULL DEFAULT 0,          -- the attempt that was accepted
  has_content INTEGER NOT NULL DEFAULT 1,      -- 0: purged
  last_event INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,         -- of the state: retention counts from here
  reason TEXT NOT NULL DEFAULT '',
  blame TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX message_id ON message (id);
CREATE INDEX message_waited ON message (ressurs, waited_on) WHERE waited_on > 0;
-- A query must name the three states, also where it wants one: SQLite finds no other
-- way to this index.
CREATE INDEX message_needs ON message (state, ressurs) WHERE state IN (3, 4, 7);
CREATE INDEX message_heads ON message (in_keys) WHERE state IN (4, 7) AND in_keys = 1;
CREATE INDEX message_after ON message (after_followers) WHERE after_followers = 1;
CREATE INDEX message_accepted ON message (changed_at) WHERE state = 5;
CREATE INDEX message_content ON message (changed_at) WHERE has_content = 1 AND state IN (6, 7, 8);
CREATE INDEX message_ended ON message (changed_at, state) WHERE state IN (6, 7, 8);
CREATE INDEX message_received ON message (state) WHERE state = 0;

-- What may be claimed, now or when its time comes: due or in doubt, first in all
-- its keys.  All that a claim has to know stands here, in the order of sending.
CREATE TABLE ready (
  lane INTEGER NOT NULL,
  ressurs INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  id BLOB NOT NULL,
  last_attempt INTEGER NOT NULL,
  doubt INTEGER NOT NULL,
  waited_on INTEGER NOT NULL,
  PRIMARY KEY (lane, ressurs, due_at, seq)
) STRICT, WITHOUT ROWID;
-- Tried before, or in doubt: what a probe takes first, in the order of their turns.
CREATE INDEX ready_tried ON ready (ressurs, doubt, last_attempt)
  WHERE last_attempt > 0 OR doubt = 1;

-- What is being sent: as many rows at most as there are senders.
CREATE TABLE lease (
  seq INTEGER PRIMARY KEY,
  ressurs INTEGER NOT NULL,
  attempt INTEGER NOT NULL             -- the token: whoever settles must name it
) STRICT;

-- What never changes of it.
CREATE TABLE record (
  seq INTEGER PRIMARY KEY,
  identifikator BLOB NOT NULL,         -- keyed hash of avsendersMeldingsidentifikator
  digest BLOB NOT NULL,                -- keyed hash of ressurs, document, attachments
  saksreferanse BLOB,                  -- keyed hash
  names BLOB NOT NULL,                 -- sealed: identifikator and saksreferanse
  keys BLOB NOT NULL,                  -- its order keys, 16 bytes each
  edition TEXT NOT NULL,
  schema_hash TEXT NOT NULL,
  received INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX record_identifikator ON record (identifikator);
CREATE INDEX record_saksreferanse ON record (saksreferanse) WHERE saksreferanse IS NOT NULL;

CREATE TABLE content (
  seq INTEGER PRIMARY KEY,
  document BLOB NOT NULL               -- sealed
) STRICT;
CREATE TABLE attachment (
  seq INTEGER NOT NULL,
  nr INTEGER NOT NULL,
  type TEXT NOT NULL,
  name BLOB NOT NULL,                  -- sealed
  bytes BLOB NOT NULL,                 -- sealed
  PRIMARY KEY (seq, nr)
) STRICT;

-- Who stands in which key.  gone 0: in the queue of the key; 1: has left it and
-- is kept to tell whether a follower has been sent since.  One that leaves with
-- nobody behind it only says so in message.in_keys: its row here, always the last
-- of its key, becomes gone when the next one comes.
CREATE TABLE order_key (
  key BLOB NOT NULL,
  gone INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (key, gone, seq)
) STRICT, WITHOUT ROWID;

-- Every request that may have left.  `prev` chains a message's attempts, so that
-- no index has to be kept for reading them.
CREATE TABLE attempt (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message INTEGER NOT NULL,
  prev INTEGER NOT NULL,
  started INTEGER NOT NULL,
  ended INTEGER,
  result INTEGER NOT NULL DEFAULT 0,
  counted INTEGER NOT NULL DEFAULT 0,
  probe INTEGER NOT NULL,
  gates_open INTEGER NOT NULL,
  others_tried INTEGER NOT NULL,
  http_status INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  worker TEXT NOT NULL,
  evidence BLOB                        -- sealed: what the register said
) STRICT;

-- Every change of state, and every act of a person: the event stream.
CREATE TABLE history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message INTEGER NOT NULL,            -- 0: a gate or an alarm
  prev INTEGER NOT NULL,
  ressurs INTEGER NOT NULL,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  from_state INTEGER,
  to_state INTEGER,
  attempt INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  actor TEXT NOT NULL,
  why BLOB                             -- sealed
) STRICT;

CREATE TABLE alarm (
  name TEXT NOT NULL,
  subject TEXT NOT NULL,
  since INTEGER NOT NULL,
  count INTEGER NOT NULL,
  until_seen INTEGER NOT NULL,
  PRIMARY KEY (name, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE bucket (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  tokens REAL NOT NULL,
  filled_at INTEGER NOT NULL
) STRICT;
INSERT INTO bucket VALUES (1, 0, 0);

-- What stays of a purged message: its identifier is never free again.
CREATE TABLE tombstone (
  identifikator BLOB PRIMARY KEY,
  id BLOB NOT NULL,
  digest BLOB NOT NULL,
  state INTEGER NOT NULL,
  reference BLOB,                      -- sealed
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
