-- Replay as a job: it stands here, so a crash of whoever asked for it or of the worker
-- that moves it on changes nothing.  Phases and states of items are the numbers of
-- queue/replay_plan.h.
CREATE TABLE replay_job (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  why BLOB,                            -- sealed
  again INTEGER NOT NULL,
  after_followers INTEGER NOT NULL,
  canary INTEGER NOT NULL,
  per_minute INTEGER NOT NULL,         -- 0: no rate of its own
  phase INTEGER NOT NULL,
  batch INTEGER NOT NULL DEFAULT 0,
  batch_sent INTEGER NOT NULL DEFAULT 0,
  batch_accepted INTEGER NOT NULL DEFAULT 0,
  batch_failed INTEGER NOT NULL DEFAULT 0,
  tokens REAL NOT NULL DEFAULT 0,      -- of its rate, as in `bucket`
  filled_at INTEGER NOT NULL DEFAULT 0,
  waiting INTEGER NOT NULL DEFAULT 0,  -- its items by state
  sent INTEGER NOT NULL DEFAULT 0,
  accepted INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  refused INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,
  blocked INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',     -- why it stopped
  failure TEXT NOT NULL DEFAULT '',    -- the reason of the message that stopped it
  stopped_by BLOB                      -- and its id
) STRICT;
CREATE INDEX replay_job_open ON replay_job (phase) WHERE phase IN (0, 1, 2, 3);

-- The frozen set.  `seq` is the order of arrival, and so the order of sending.
CREATE TABLE replay_item (
  job INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  from_state INTEGER NOT NULL,         -- when it was frozen
  state INTEGER NOT NULL,
  reason TEXT NOT NULL DEFAULT '',     -- why it failed, was refused or was passed over
  PRIMARY KEY (job, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX replay_item_waiting ON replay_item (job, seq) WHERE state = 0;
CREATE INDEX replay_item_sent ON replay_item (job, seq) WHERE state = 1;
CREATE INDEX replay_item_told ON replay_item (job, seq) WHERE state IN (3, 4, 5, 6);

-- What the messages of a job had failed with when they were frozen: any other failure
-- is a new one.
CREATE TABLE replay_cause (
  job INTEGER NOT NULL,
  ressurs INTEGER NOT NULL,
  state INTEGER NOT NULL,
  reason TEXT NOT NULL,
  feilkode BLOB NOT NULL,              -- keyed hash; empty where there was none
  count INTEGER NOT NULL,
  PRIMARY KEY (job, ressurs, reason, feilkode, state)
) STRICT, WITHOUT ROWID;

-- Which message was handed in corrected as which.  By id: both outlive a purge.
CREATE TABLE correction (
  new BLOB PRIMARY KEY,
  old BLOB NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;
