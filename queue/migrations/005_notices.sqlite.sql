-- What the register's operators tell, as far as feeds were configured: shown to people,
-- and nothing else. Texts are public and cut before they come here.
CREATE TABLE notice_feed (
  nr INTEGER PRIMARY KEY,
  url TEXT NOT NULL UNIQUE,
  first_read INTEGER NOT NULL
) STRICT;
CREATE TABLE notice (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  feed INTEGER NOT NULL,
  heading BLOB NOT NULL,               -- hash of link and title
  text BLOB NOT NULL,                  -- hash of the text
  title TEXT NOT NULL,
  link TEXT NOT NULL,
  published TEXT NOT NULL,             -- what the feed says
  operating INTEGER NOT NULL,
  concern INTEGER NOT NULL,
  state INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,         -- by us
  news_at INTEGER,                     -- when it last was news
  gone_since INTEGER,                  -- NULL: it stood in the feed when that was last read
  place INTEGER NOT NULL
) STRICT;
CREATE INDEX notice_of_feed ON notice (feed);
