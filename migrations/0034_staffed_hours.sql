-- +goose Up
-- When an organisation is staffed, on its own clocks. The newest version counts; an
-- empty list is all the time. organisation.staffed_hours says the same to patients.
CREATE TABLE staffed_week (
  org_id  uuid NOT NULL REFERENCES organisation,
  version int NOT NULL CHECK (version > 0),
  spans   jsonb NOT NULL,
  made_by uuid,
  made_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, version),
  FOREIGN KEY (org_id, made_by) REFERENCES clinician (org_id, id)
);
SELECT fence('staffed_week', 'SELECT', 'INSERT');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON staffed_week FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON staffed_week FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
