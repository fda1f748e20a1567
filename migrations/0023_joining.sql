-- +goose Up
-- Joining by one's own word: what a person is asked to say yes or no to, in which
-- words, and what became of it.

-- The words of ours that people agree to, a row a version and language: consent says
-- which. The version is told by the words, so that changed words are a new version.
CREATE TABLE consent_words (
  org_id   uuid NOT NULL REFERENCES organisation,
  id       uuid NOT NULL,
  version  text NOT NULL,
  language text NOT NULL CHECK (language IN ('en', 'es', 'ar')),
  words    text NOT NULL,
  at       timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, version)
);
SELECT fence('consent_words', 'SELECT', 'INSERT');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON consent_words FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON consent_words FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A question that is answered with yes or no, by text or on a page.
-- kind: enrol (the patient, to be asked how they are), share (the patient, that a
-- follower may be shown this), follow (the follower, to be told of the patient).
-- person_id is who is asked, patient_id whom it is about. next_at: when it is asked
-- once more, or given up. told_at: nobody answered, and staff see it.
CREATE TABLE open_question (
  org_id        uuid NOT NULL,
  id            uuid NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('enrol', 'share', 'follow')),
  person_id     uuid NOT NULL,
  patient_id    uuid NOT NULL,
  follower_id   uuid,
  scope         text[] NOT NULL DEFAULT '{}' CHECK (scope <@ ARRAY['answered', 'score', 'words', 'trend', 'alerts']),
  words_version text NOT NULL,
  state         text NOT NULL CHECK (state IN ('open', 'yes', 'no', 'withdrawn', 'lapsed')),
  asked_by      uuid,
  asked_at      timestamptz NOT NULL,
  asked         int NOT NULL DEFAULT 1,
  next_at       timestamptz,
  answered_at   timestamptz,
  answered_via  text NOT NULL DEFAULT '' CHECK (answered_via IN ('', 'sms', 'page')),
  created_at    timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, person_id) REFERENCES person (org_id, id),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id),
  FOREIGN KEY (org_id, follower_id) REFERENCES follower (org_id, id),
  CHECK ((kind = 'enrol') = (follower_id IS NULL)),
  CHECK (state = 'open' OR next_at IS NULL)
);
CREATE INDEX open_question_person ON open_question (org_id, person_id) WHERE state = 'open';
CREATE INDEX open_question_patient ON open_question (org_id, patient_id, id);
CREATE INDEX open_question_due ON open_question (next_at) WHERE next_at IS NOT NULL;
-- Nobody is asked the same twice at once.
CREATE UNIQUE INDEX open_question_once ON open_question (org_id, kind, patient_id, person_id, follower_id) NULLS NOT DISTINCT WHERE state = 'open';
SELECT fence('open_question', 'SELECT', 'INSERT', 'UPDATE');
SELECT open_to_lookup('open_question', 'SELECT', 'LOCK');

-- question_id: the question that a link answers.
ALTER TABLE link ADD COLUMN question_id uuid;
ALTER TABLE link ADD FOREIGN KEY (org_id, question_id) REFERENCES open_question (org_id, id);
ALTER TABLE link DROP CONSTRAINT link_purpose_check;
ALTER TABLE link ADD CONSTRAINT link_purpose_check CHECK (purpose IN ('check_in', 'sign_in', 'unsubscribe', 'agree'));

-- invite_regions: the countries whose numbers a patient may invite; empty for the
-- organisation's own alone.
ALTER TABLE organisation ADD COLUMN invite_regions text[] NOT NULL DEFAULT '{}';

-- +goose StatementBegin
CREATE FUNCTION claim_questions(p_now timestamptz, p_limit int) RETURNS TABLE (org uuid, question uuid) LANGUAGE sql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT q.org_id, q.id FROM open_question q
  WHERE q.next_at <= p_now ORDER BY q.next_at LIMIT p_limit FOR UPDATE OF q SKIP LOCKED
$$;
CREATE FUNCTION lookup_next_question() RETURNS timestamptz LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT min(next_at) FROM open_question WHERE next_at IS NOT NULL
$$;

DO $$
DECLARE f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    AND p.proname IN ('claim_questions', 'lookup_next_question')
  LOOP
    -- Rows off the front of an index, whatever the database last counted.
    EXECUTE format('ALTER FUNCTION %s SET enable_seqscan = off', f);
    EXECUTE format('ALTER FUNCTION %s SET enable_bitmapscan = off', f);
    EXECUTE format('ALTER FUNCTION %s SET enable_sort = off', f);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO howareyou_app', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO howareyou_lookup', f);
  END LOOP;
END $$;
-- +goose StatementEnd
