-- Until when a claimed message is its worker's, where a store has more than one.
ALTER TABLE lease ADD COLUMN until INTEGER NOT NULL DEFAULT 0;
