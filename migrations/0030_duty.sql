-- +goose Up
-- Who is on duty when, who is asked about an alert after how long, and who is told of
-- the week.

-- A shift on the organisation's clocks. weekday: repeated on it each week, 0 is Sunday;
-- NULL: once, on first_day. ended_at: it was taken out of the rota.
CREATE TABLE shift (
  org_id       uuid NOT NULL,
  id           uuid NOT NULL,
  clinician_id uuid NOT NULL,
  weekday      smallint CHECK (weekday BETWEEN 0 AND 6),
  first_day    int NOT NULL,
  last_day     int CHECK (last_day >= first_day),
  from_minute  smallint NOT NULL CHECK (from_minute BETWEEN 0 AND 1439),
  until_minute smallint NOT NULL CHECK (until_minute BETWEEN 0 AND 1439),
  made_by      uuid,
  made_at      timestamptz NOT NULL,
  ended_at     timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, clinician_id) REFERENCES clinician (org_id, id),
  FOREIGN KEY (org_id, made_by) REFERENCES clinician (org_id, id)
);
CREATE INDEX shift_standing ON shift (org_id, id) WHERE ended_at IS NULL;
SELECT fence('shift', 'SELECT', 'INSERT', 'UPDATE');

-- Somebody takes over the shifts of another that begin on these days; by_id NULL:
-- nobody does yet.
CREATE TABLE duty_cover (
  org_id    uuid NOT NULL,
  id        uuid NOT NULL,
  away_id   uuid NOT NULL,
  by_id     uuid CHECK (by_id <> away_id),
  first_day int NOT NULL,
  last_day  int NOT NULL CHECK (last_day >= first_day),
  made_by   uuid,
  made_at   timestamptz NOT NULL,
  ended_at  timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, away_id) REFERENCES clinician (org_id, id),
  FOREIGN KEY (org_id, by_id) REFERENCES clinician (org_id, id),
  FOREIGN KEY (org_id, made_by) REFERENCES clinician (org_id, id)
);
CREATE INDEX duty_cover_standing ON duty_cover (org_id, id) WHERE ended_at IS NULL;
SELECT fence('duty_cover', 'SELECT', 'INSERT', 'UPDATE');

-- on_ids: who was on duty at told_at, when those who had come on were told. next_at:
-- when that next changes.
CREATE TABLE rota (
  org_id  uuid PRIMARY KEY REFERENCES organisation,
  on_ids  uuid[] NOT NULL,
  told_at timestamptz NOT NULL,
  next_at timestamptz
);
CREATE INDEX rota_due ON rota (next_at) WHERE next_at IS NOT NULL;
SELECT fence('rota', 'SELECT', 'INSERT', 'UPDATE');
SELECT open_to_lookup('rota', 'SELECT', 'LOCK');

-- Who is asked about an alert of a severity. The newest version counts; the others say
-- who was asked before, and by whose decision.
CREATE TABLE escalation_policy (
  org_id   uuid NOT NULL REFERENCES organisation,
  id       uuid NOT NULL,
  severity text NOT NULL CHECK (severity IN ('red', 'amber-high', 'amber', 'outreach')),
  version  int  NOT NULL CHECK (version > 0),
  policy   jsonb NOT NULL,
  made_by  uuid,
  made_at  timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, severity, version),
  FOREIGN KEY (org_id, made_by) REFERENCES clinician (org_id, id)
);
SELECT fence('escalation_policy', 'SELECT', 'INSERT');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON escalation_policy FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON escalation_policy FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- When the staff of an organisation are told of their week next.
CREATE TABLE week_review (
  org_id  uuid PRIMARY KEY REFERENCES organisation,
  next_at timestamptz NOT NULL
);
CREATE INDEX week_review_due ON week_review (next_at);
SELECT fence('week_review', 'SELECT', 'INSERT', 'UPDATE');
SELECT open_to_lookup('week_review', 'SELECT', 'LOCK');
INSERT INTO week_review (org_id, next_at) SELECT o.org_id, o.created_at FROM organisation o;

-- Who was told of which week (the day it is named after): once.
CREATE TABLE week_told (
  org_id       uuid NOT NULL,
  clinician_id uuid NOT NULL,
  week         int  NOT NULL,
  at           timestamptz NOT NULL,
  PRIMARY KEY (org_id, clinician_id, week),
  FOREIGN KEY (org_id, clinician_id) REFERENCES clinician (org_id, id)
);
SELECT fence('week_told', 'SELECT', 'INSERT');

-- no_review_at: since when they do not want to be told of each week.
ALTER TABLE clinician ADD COLUMN no_review_at timestamptz;

-- +goose StatementBegin
CREATE FUNCTION claim_reviews(p_now timestamptz, p_limit int) RETURNS TABLE (org uuid, review uuid) LANGUAGE sql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r.org_id, r.org_id FROM week_review r WHERE r.next_at <= p_now ORDER BY r.next_at LIMIT p_limit FOR UPDATE OF r SKIP LOCKED
$$;
CREATE FUNCTION lookup_next_review() RETURNS timestamptz LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT min(next_at) FROM week_review
$$;
CREATE FUNCTION claim_rotas(p_now timestamptz, p_limit int) RETURNS TABLE (org uuid, rota uuid) LANGUAGE sql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r.org_id, r.org_id FROM rota r WHERE r.next_at <= p_now ORDER BY r.next_at LIMIT p_limit FOR UPDATE OF r SKIP LOCKED
$$;
CREATE FUNCTION lookup_next_rota() RETURNS timestamptz LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT min(next_at) FROM rota WHERE next_at IS NOT NULL
$$;

DO $$
DECLARE f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    AND p.proname IN ('claim_rotas', 'lookup_next_rota', 'claim_reviews', 'lookup_next_review')
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO howareyou_app', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO howareyou_lookup', f);
  END LOOP;
END $$;
-- +goose StatementEnd
