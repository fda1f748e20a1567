-- +goose Up
-- A patient may be asked once more than their plan says: such a prompt belongs to no
-- schedule. asked_by: who of staff wanted it; NULL for an operator.
ALTER TABLE prompt ALTER COLUMN schedule_id DROP NOT NULL;
ALTER TABLE prompt ADD COLUMN asked_by uuid;
ALTER TABLE prompt ADD FOREIGN KEY (org_id, asked_by) REFERENCES clinician (org_id, id);
-- replaced: the patient was asked again before the time to answer was over. It says
-- nothing about them.
ALTER TABLE prompt DROP CONSTRAINT prompt_cause_check;
ALTER TABLE prompt ADD CONSTRAINT prompt_cause_check CHECK (cause IN ('', 'undelivered', 'opted_out', 'paused', 'our_outage', 'no_reply', 'replaced'));
