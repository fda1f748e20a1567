-- +goose Up
-- A list of patients that an administrator uploaded, from its preview until it is
-- enrolled.

-- rows_enc: the rows as they were previewed; NULL once they are enrolled, taken back, or
-- past their time: the list is kept no longer than it is needed. next_row: how far a
-- worker has come. due_at: when one goes on, or forgets it.
CREATE TABLE patient_import (
  org_id       uuid NOT NULL,
  id           uuid NOT NULL,
  by_id        uuid NOT NULL,
  state        text NOT NULL CHECK (state IN ('preview', 'running', 'done', 'forgotten')),
  rows_enc     bytea,
  total        int NOT NULL,
  good         int NOT NULL,
  next_row     int NOT NULL DEFAULT 0,
  imported     int NOT NULL DEFAULT 0,
  left_out     int[] NOT NULL DEFAULT '{}',
  created_at   timestamptz NOT NULL,
  confirmed_at timestamptz,
  ended_at     timestamptz,
  due_at       timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, by_id) REFERENCES clinician (org_id, id),
  CHECK ((state IN ('preview', 'running')) = (rows_enc IS NOT NULL)),
  CHECK ((state IN ('preview', 'running')) = (due_at IS NOT NULL))
);
CREATE INDEX patient_import_due ON patient_import (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX patient_import_by ON patient_import (org_id, by_id, id);
SELECT fence('patient_import', 'SELECT', 'INSERT', 'UPDATE');
SELECT open_to_lookup('patient_import', 'SELECT');

-- +goose StatementBegin
CREATE FUNCTION lookup_imports_due(p_now timestamptz, p_limit int) RETURNS TABLE (org uuid, import uuid) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT i.org_id, i.id FROM patient_import i WHERE i.due_at <= p_now ORDER BY i.due_at LIMIT p_limit
$$;

DO $$
DECLARE f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proname = 'lookup_imports_due'
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO howareyou_app', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO howareyou_lookup', f);
  END LOOP;
END $$;
-- +goose StatementEnd
