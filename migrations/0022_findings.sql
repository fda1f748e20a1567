-- +goose Up
-- What rules found that opens no episode, and the offer of a call that one of them makes.

-- A stretch of findings of one rule, a function of the answers and askings as an
-- episode is. times: how many findings it holds, the last of them on last_day.
CREATE TABLE finding (
  org_id       uuid NOT NULL,
  id           uuid NOT NULL,
  patient_id   uuid NOT NULL,
  rule_id      text NOT NULL,
  rule_version int  NOT NULL,
  pack         text NOT NULL,
  pack_version int  NOT NULL,
  severity     text NOT NULL CHECK (severity IN ('red', 'amber-high', 'amber', 'ask', 'outreach', 'watch', 'digest')),
  opened_day   int  NOT NULL,
  last_day     int  NOT NULL,
  times        int  NOT NULL CHECK (times > 0),
  evidence     jsonb NOT NULL,
  gone_at      timestamptz,
  computed_at  timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id)
);
CREATE UNIQUE INDEX finding_day ON finding (org_id, patient_id, rule_id, opened_day) WHERE gone_at IS NULL;
CREATE INDEX finding_shown ON finding (org_id, last_day) WHERE gone_at IS NULL AND severity IN ('watch', 'digest');
SELECT fence('finding', 'SELECT', 'INSERT', 'UPDATE');

ALTER TABLE alert ADD COLUMN finding_id uuid;
ALTER TABLE alert ADD FOREIGN KEY (org_id, finding_id) REFERENCES finding (org_id, id);
CREATE INDEX alert_of_finding ON alert (org_id, finding_id) WHERE finding_id IS NOT NULL;

-- "Would you like a call today?", asked of a patient who gave the lowest answer.
-- due_at: when it ends without an answer; NULL once it is over.
CREATE TABLE call_offer (
  org_id      uuid NOT NULL,
  id          uuid NOT NULL,
  patient_id  uuid NOT NULL,
  finding_id  uuid NOT NULL,
  state       text NOT NULL CHECK (state IN ('open', 'yes', 'no', 'no_answer', 'withdrawn')),
  asked_at    timestamptz NOT NULL,
  due_at      timestamptz,
  answered_at timestamptz,
  alert_id    uuid,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id),
  FOREIGN KEY (org_id, finding_id) REFERENCES finding (org_id, id),
  FOREIGN KEY (org_id, alert_id) REFERENCES alert (org_id, id),
  CHECK ((state = 'open') = (due_at IS NOT NULL))
);
CREATE UNIQUE INDEX call_offer_open ON call_offer (org_id, patient_id) WHERE state = 'open';
CREATE INDEX call_offer_patient ON call_offer (org_id, patient_id, id DESC);
CREATE INDEX call_offer_due ON call_offer (due_at) WHERE due_at IS NOT NULL;
SELECT fence('call_offer', 'SELECT', 'INSERT', 'UPDATE');
SELECT open_to_lookup('call_offer', 'SELECT');

-- +goose StatementBegin
-- Offers whose time is over. They are not locked: whoever ends one locks its patient
-- first, as whoever answers it does.
CREATE FUNCTION lookup_offers_due(p_now timestamptz, p_limit int) RETURNS TABLE (org uuid, offer uuid) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.org_id, o.id FROM call_offer o WHERE o.due_at <= p_now ORDER BY o.due_at LIMIT p_limit
$$;
CREATE FUNCTION lookup_next_offer() RETURNS timestamptz LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT min(due_at) FROM call_offer WHERE due_at IS NOT NULL
$$;

DO $$
DECLARE f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    AND p.proname IN ('lookup_offers_due', 'lookup_next_offer')
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO howareyou_app', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO howareyou_lookup', f);
  END LOOP;
END $$;
-- +goose StatementEnd
