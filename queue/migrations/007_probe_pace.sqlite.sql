-- How far ahead the probes already made reach (queue/gate.h); it outlives an opening.
ALTER TABLE gate ADD COLUMN probed_until INTEGER;
