-- +goose Up
-- Calls. heard: how much of a call somebody has heard, for only that says whether
-- somebody was told. pressed: the keys that had their effect, so that the same
-- request twice has it once.
ALTER TABLE attempt
  ADD COLUMN heard text NOT NULL DEFAULT '' CHECK (heard IN ('', 'machine', 'part', 'all', 'key')),
  ADD COLUMN pressed text NOT NULL DEFAULT '' CHECK (pressed IN ('', '4', '6', '46', '64'));
