-- +goose Up
-- Packs of rules of an organisation's own: what was proposed, who signed it, what it
-- would have found in the organisation's own data, and which was in force when.

-- +goose StatementBegin
-- As refuse_change_but_resealing, for a column of any name.
CREATE FUNCTION refuse_change_but_resealing_of() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before bytea; after bytea;
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - TG_ARGV[0] = to_jsonb(OLD) - TG_ARGV[0] THEN
    before := (to_jsonb(OLD) ->> TG_ARGV[0])::bytea;
    after := (to_jsonb(NEW) ->> TG_ARGV[0])::bytea;
    IF octet_length(after) = octet_length(before) AND substr(after, 1, 5) <> substr(before, 1, 5) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
-- +goose StatementEnd

-- One version of a pack, as it was written. by_id is NULL for an operator at the
-- command line. body_hash: SHA-256 of the text.
CREATE TABLE pack_version (
  org_id     uuid NOT NULL REFERENCES organisation,
  id         uuid NOT NULL,
  code       text NOT NULL CHECK (code ~ '^[a-z][a-z0-9-]{1,39}$'),
  version    int  NOT NULL CHECK (version > 0),
  body_hash  bytea NOT NULL CHECK (octet_length(body_hash) = 32),
  body_enc   bytea NOT NULL,
  actor_kind text NOT NULL CHECK (actor_kind IN ('clinician', 'operator')),
  by_id      uuid,
  at         timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, code, version),
  UNIQUE (org_id, id, body_hash),
  FOREIGN KEY (org_id, by_id) REFERENCES clinician (org_id, id),
  CHECK ((actor_kind = 'clinician') = (by_id IS NOT NULL))
);
SELECT fence('pack_version', 'SELECT', 'INSERT');
GRANT UPDATE (body_enc) ON pack_version TO howareyou_app;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON pack_version FOR EACH ROW EXECUTE FUNCTION refuse_change_but_resealing_of('body_enc');
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON pack_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who answers for a version: note_enc holds their name at that moment and the words
-- that they signed.
CREATE TABLE pack_signature (
  org_id     uuid NOT NULL,
  id         uuid NOT NULL,
  version_id uuid NOT NULL,
  body_hash  bytea NOT NULL,
  by_id      uuid NOT NULL,
  note_enc   bytea NOT NULL,
  at         timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, version_id, by_id),
  FOREIGN KEY (org_id, version_id, body_hash) REFERENCES pack_version (org_id, id, body_hash),
  FOREIGN KEY (org_id, by_id) REFERENCES clinician (org_id, id)
);
SELECT fence('pack_signature', 'SELECT', 'INSERT');
GRANT UPDATE (note_enc) ON pack_signature TO howareyou_app;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON pack_signature FOR EACH ROW EXECUTE FUNCTION refuse_change_but_resealing();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON pack_signature FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A back-test: a pack (version_id NULL and no body: the program's own; with a body: just
-- pasted) beside the pack that was in force, over days of the organisation's own data.
-- cursor_id: the last patient that was judged. seen_by: who was shown the result.
CREATE TABLE backtest (
  org_id            uuid NOT NULL REFERENCES organisation,
  id                uuid NOT NULL,
  version_id        uuid,
  code              text NOT NULL CHECK (code ~ '^[a-z][a-z0-9-]{1,39}$'),
  version           int  NOT NULL CHECK (version > 0),
  body_hash         bytea NOT NULL CHECK (octet_length(body_hash) = 32),
  body_enc          bytea,
  against_id        uuid,
  against_code      text NOT NULL CHECK (against_code ~ '^[a-z][a-z0-9-]{1,39}$'),
  against_version   int  NOT NULL CHECK (against_version > 0),
  against_hash      bytea NOT NULL CHECK (octet_length(against_hash) = 32),
  from_day          int  NOT NULL,
  to_day            int  NOT NULL,
  actor_kind        text NOT NULL CHECK (actor_kind IN ('clinician', 'operator')),
  by_id             uuid,
  at                timestamptz NOT NULL,
  state             text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
  tries             int  NOT NULL DEFAULT 0,
  cursor_id         uuid,
  patients_all      int  NOT NULL,
  patients_done     int  NOT NULL DEFAULT 0,
  patients_answered int  NOT NULL DEFAULT 0,
  patients_left_out int  NOT NULL DEFAULT 0,
  days              bigint NOT NULL DEFAULT 0,
  ended_at          timestamptz,
  seen_by           uuid[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, version_id) REFERENCES pack_version (org_id, id),
  FOREIGN KEY (org_id, against_id) REFERENCES pack_version (org_id, id),
  FOREIGN KEY (org_id, by_id) REFERENCES clinician (org_id, id),
  CHECK (from_day <= to_day),
  CHECK (version_id IS NULL OR body_enc IS NULL),
  CHECK ((state IN ('done', 'failed')) = (ended_at IS NOT NULL))
);
CREATE INDEX backtest_due ON backtest (at) WHERE state IN ('waiting', 'running');
SELECT fence('backtest', 'SELECT', 'INSERT', 'UPDATE');
SELECT open_to_lookup('backtest', 'SELECT');

-- What a back-test found of one patient. kind: same (both packs find it), changed (with
-- another severity), new (only the tried pack), gone (only the one in force), fault (the
-- tried pack's rule could not be judged). alert_id: the alert that there was in fact.
CREATE TABLE backtest_match (
  org_id       uuid NOT NULL,
  id           uuid NOT NULL,
  backtest_id  uuid NOT NULL,
  patient_id   uuid NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('same', 'changed', 'new', 'gone', 'fault')),
  rule_id      text NOT NULL CHECK (rule_id ~ '^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$'),
  opened_day   int  NOT NULL,
  severity     text NOT NULL CHECK (severity IN ('', 'red', 'amber-high', 'amber', 'ask', 'outreach', 'watch', 'digest')),
  severity_was text NOT NULL CHECK (severity_was IN ('', 'red', 'amber-high', 'amber', 'ask', 'outreach', 'watch', 'digest')),
  alert_id     uuid,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, backtest_id) REFERENCES backtest (org_id, id),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id),
  FOREIGN KEY (org_id, alert_id) REFERENCES alert (org_id, id)
);
CREATE INDEX backtest_match_of ON backtest_match (org_id, backtest_id, kind, rule_id, id);
SELECT fence('backtest_match', 'SELECT', 'INSERT', 'DELETE');

-- Which pack was in force from when on; version_id NULL: the program's own. no_data: it
-- was activated though there was nothing to try it on, and whoever did so said so.
CREATE TABLE pack_activation (
  org_id      uuid NOT NULL REFERENCES organisation,
  id          uuid NOT NULL,
  version_id  uuid,
  body_hash   bytea NOT NULL CHECK (octet_length(body_hash) = 32),
  backtest_id uuid NOT NULL,
  no_data     boolean NOT NULL,
  by_id       uuid NOT NULL,
  note_enc    bytea,
  at          timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, at),
  FOREIGN KEY (org_id, version_id, body_hash) REFERENCES pack_version (org_id, id, body_hash),
  FOREIGN KEY (org_id, backtest_id) REFERENCES backtest (org_id, id),
  FOREIGN KEY (org_id, by_id) REFERENCES clinician (org_id, id)
);
SELECT fence('pack_activation', 'SELECT', 'INSERT');
GRANT UPDATE (note_enc) ON pack_activation TO howareyou_app;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON pack_activation FOR EACH ROW EXECUTE FUNCTION refuse_change_but_resealing();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON pack_activation FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- How many alerts a week of a rule the clinic can bear; the newest row of a rule counts,
-- NULL is no budget. It is shown and never enforced.
CREATE TABLE alert_budget (
  org_id   uuid NOT NULL REFERENCES organisation,
  id       uuid NOT NULL,
  rule_id  text NOT NULL CHECK (rule_id ~ '^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$' AND rule_id !~ '^SAFE'),
  per_week int CHECK (per_week BETWEEN 0 AND 10000),
  by_id    uuid NOT NULL,
  at       timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, by_id) REFERENCES clinician (org_id, id)
);
CREATE INDEX alert_budget_rule ON alert_budget (org_id, rule_id, id DESC);
SELECT fence('alert_budget', 'SELECT', 'INSERT');

-- When a question was given up: the rules of that moment judge its silence.
ALTER TABLE prompt ADD COLUMN closed_at timestamptz;

-- How many alerts a rule raised of late.
CREATE INDEX alert_opened ON alert (org_id, opened_at);

-- +goose StatementBegin
CREATE FUNCTION lookup_backtests(p_limit int) RETURNS TABLE (org uuid, backtest uuid) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT b.org_id, b.id FROM backtest b WHERE b.state IN ('waiting', 'running') ORDER BY b.at LIMIT p_limit
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION lookup_backtests(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_backtests(int) TO howareyou_app;
ALTER FUNCTION lookup_backtests(int) OWNER TO howareyou_lookup;
