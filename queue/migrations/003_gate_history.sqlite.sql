-- What happened to gates and alarms is history too, and grows old.
CREATE INDEX history_of_gates ON history (at) WHERE message = 0;
