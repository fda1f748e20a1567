-- +goose Up
-- An alert is put off for a while, and found useful or not.

-- snoozed_until: then it is open again. snoozes: how often it was put off.
-- useful: whether staff found it useful; NULL: nobody has said.
ALTER TABLE alert DROP CONSTRAINT alert_state_check;
ALTER TABLE alert
  ADD CONSTRAINT alert_state_check CHECK (state IN ('open', 'acknowledged', 'snoozed', 'resolved')),
  ADD COLUMN snoozed_by uuid,
  ADD COLUMN snoozed_at timestamptz,
  ADD COLUMN snoozed_until timestamptz,
  ADD COLUMN snoozes smallint NOT NULL DEFAULT 0,
  ADD COLUMN useful boolean,
  ADD COLUMN useful_by uuid,
  ADD COLUMN useful_at timestamptz,
  ADD FOREIGN KEY (org_id, snoozed_by) REFERENCES clinician (org_id, id),
  ADD FOREIGN KEY (org_id, useful_by) REFERENCES clinician (org_id, id),
  ADD CONSTRAINT alert_useful CHECK ((useful IS NULL) = (useful_at IS NULL));
