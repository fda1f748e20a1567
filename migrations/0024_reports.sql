-- +goose Up
-- That a patient is in hospital, or has died, as staff or their circle say it: from
-- that commit on nothing automatic goes to or about them. And the hours at which staff
-- read, in the languages of those who are told them.

-- what: in_hospital, died, home (out of hospital), undone (of the report before it).
-- by_id: who said it. state_before: what an undoing puts back.
CREATE TABLE report (
  org_id       uuid NOT NULL,
  id           uuid NOT NULL,
  patient_id   uuid NOT NULL,
  what         text NOT NULL CHECK (what IN ('in_hospital', 'died', 'home', 'undone')),
  by_id        uuid NOT NULL,
  actor_kind   text NOT NULL CHECK (actor_kind IN ('clinician', 'follower')),
  state_before text NOT NULL CHECK (state_before IN ('active', 'in_hospital', 'died')),
  at           timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id),
  FOREIGN KEY (org_id, by_id) REFERENCES person (org_id, id)
);
CREATE INDEX report_patient ON report (org_id, patient_id, id);
SELECT fence('report', 'SELECT', 'INSERT');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON report FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON report FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- died: a follower is asked whether that is what they mean.
ALTER TABLE open_question DROP CONSTRAINT open_question_kind_check;
ALTER TABLE open_question ADD CONSTRAINT open_question_kind_check CHECK (kind IN ('enrol', 'share', 'follow', 'died'));

-- staffed_hours stays for the organisation's own language; here are the others.
ALTER TABLE organisation
  ADD COLUMN staffed_hours_en text NOT NULL DEFAULT '',
  ADD COLUMN staffed_hours_es text NOT NULL DEFAULT '',
  ADD COLUMN staffed_hours_ar text NOT NULL DEFAULT '';
