-- +goose Up
-- What staff write down about a patient, what a patient wants to reach, and the week as it is
-- emailed. Notes and goals are only ever added to: what is put right or withdrawn stays
-- readable beside what became of it.

-- kind: written; corrected or withdrawn, of the entry about_id, which happens once to each:
-- of two who do it at the same time one is told so. note_enc: the words, or why it was
-- withdrawn. form_key: of the form that was sent, so that sending it twice writes once.
CREATE TABLE patient_note (
  org_id     uuid NOT NULL,
  id         uuid NOT NULL,
  patient_id uuid NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('written', 'corrected', 'withdrawn')),
  about_id   uuid,
  form_key   uuid NOT NULL,
  by_id      uuid NOT NULL,
  note_enc   bytea NOT NULL,
  at         timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, patient_id, id),
  UNIQUE (org_id, form_key),
  UNIQUE (org_id, about_id),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id),
  FOREIGN KEY (org_id, patient_id, about_id) REFERENCES patient_note (org_id, patient_id, id),
  FOREIGN KEY (org_id, by_id) REFERENCES clinician (org_id, id),
  CHECK ((kind = 'written') = (about_id IS NULL))
);
SELECT fence('patient_note', 'SELECT', 'INSERT');
GRANT UPDATE (note_enc) ON patient_note TO howareyou_app;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON patient_note FOR EACH ROW EXECUTE FUNCTION refuse_change_but_resealing_of('note_enc');
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON patient_note FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- goal_id: the entry that agreed the goal first. after_id: the entry that was the newest
-- when this one was written. words_enc: of an agreed or changed goal the goal itself, in
-- the patient's words; of the others what was said of it. review_day: when it is looked at
-- next; NULL once it is reached or dropped.
CREATE TABLE goal_entry (
  org_id     uuid NOT NULL,
  id         uuid NOT NULL,
  patient_id uuid NOT NULL,
  goal_id    uuid NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('agreed', 'going', 'changed', 'reached', 'dropped')),
  after_id   uuid,
  form_key   uuid NOT NULL,
  by_id      uuid NOT NULL,
  words_enc  bytea,
  review_day int,
  at         timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, patient_id, goal_id, id),
  UNIQUE (org_id, form_key),
  UNIQUE (org_id, after_id),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id),
  FOREIGN KEY (org_id, patient_id, goal_id, after_id) REFERENCES goal_entry (org_id, patient_id, goal_id, id),
  FOREIGN KEY (org_id, by_id) REFERENCES clinician (org_id, id),
  CHECK (words_enc IS NOT NULL OR kind NOT IN ('agreed', 'changed')),
  CHECK ((kind = 'agreed') = (after_id IS NULL)),
  CHECK ((kind = 'agreed') = (goal_id = id)),
  CHECK ((kind IN ('reached', 'dropped')) = (review_day IS NULL))
);
SELECT fence('goal_entry', 'SELECT', 'INSERT');
GRANT UPDATE (words_enc) ON goal_entry TO howareyou_app;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON goal_entry FOR EACH ROW EXECUTE FUNCTION refuse_change_but_resealing_of('words_enc');
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON goal_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- An organisation's week as it is emailed, from when it was worked out to the next one.
CREATE TABLE week_letter (
  org_id   uuid NOT NULL REFERENCES organisation,
  id       uuid NOT NULL,
  week     int  NOT NULL,
  body_enc bytea,
  at       timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, week)
);
SELECT fence('week_letter', 'SELECT', 'INSERT', 'UPDATE');

-- +goose StatementBegin
-- Whose week is over, to work it out before it is claimed.
CREATE FUNCTION lookup_reviews_due(p_now timestamptz, p_limit int) RETURNS TABLE (org uuid, review uuid) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r.org_id, r.org_id FROM week_review r WHERE r.next_at <= p_now ORDER BY r.next_at LIMIT p_limit
$$;

DO $$
DECLARE f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.proname = 'lookup_reviews_due'
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO howareyou_app', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO howareyou_lookup', f);
  END LOOP;
END $$;
-- +goose StatementEnd
