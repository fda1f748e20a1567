-- +goose Up
-- How many texts may leave in a day.

-- daily_cap: NULL for no limit. What goes beyond it waits for the next day, but for
-- what must not wait (see notify).
ALTER TABLE organisation ADD COLUMN daily_cap int CHECK (daily_cap > 0);

-- day counts days since 1970-01-01 in the organisation's zone; planned: texts that
-- were planned to leave on it.
CREATE TABLE daily_texts (
  org_id  uuid NOT NULL REFERENCES organisation,
  day     int  NOT NULL,
  planned int  NOT NULL CHECK (planned >= 0),
  PRIMARY KEY (org_id, day)
);
SELECT fence('daily_texts', 'SELECT', 'INSERT', 'UPDATE');
