-- +goose Up
-- Ways in (links, sessions) and the record of who looked and who changed.

CREATE TABLE link (
  org_id     uuid  NOT NULL,
  id         uuid  NOT NULL,
  token_hash bytea NOT NULL,
  purpose    text  NOT NULL CHECK (purpose IN ('check_in', 'sign_in')),
  person_id  uuid  NOT NULL,
  prompt_id  uuid,
  door       text  NOT NULL DEFAULT '' CHECK (door IN ('', 'patient', 'follower', 'clinic')),
  expires_at timestamptz NOT NULL,
  used_at    timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, person_id) REFERENCES person (org_id, id),
  FOREIGN KEY (org_id, prompt_id) REFERENCES prompt (org_id, id)
);
CREATE UNIQUE INDEX link_token ON link (token_hash);
SELECT fence('link', 'SELECT', 'INSERT', 'UPDATE', 'DELETE');

CREATE TABLE session (
  org_id     uuid  NOT NULL,
  id         uuid  NOT NULL,
  token_hash bytea NOT NULL,
  person_id  uuid  NOT NULL,
  door       text  NOT NULL CHECK (door IN ('patient', 'follower', 'clinic')),
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ended_at   timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, person_id) REFERENCES person (org_id, id)
);
CREATE UNIQUE INDEX session_token ON session (token_hash);
SELECT fence('session', 'SELECT', 'INSERT', 'UPDATE', 'DELETE');

-- Append-only by grant and by trigger.
CREATE TABLE audit (
  org_id     uuid NOT NULL REFERENCES organisation,
  id         uuid NOT NULL,
  at         timestamptz NOT NULL,
  actor_kind text NOT NULL,
  actor_id   uuid,
  action     text NOT NULL,
  table_name text NOT NULL,
  row_id     uuid,
  patient_id uuid,
  detail     jsonb NOT NULL,
  PRIMARY KEY (org_id, id)
);
-- Partial, so that no plan takes it for a way to look up a row by its id.
CREATE INDEX audit_patient ON audit (org_id, patient_id, id) WHERE patient_id IS NOT NULL;
SELECT fence('audit', 'SELECT', 'INSERT');

-- The chain: each sealed row's hash covers the row and the hash before it.
CREATE TABLE audit_seal (
  org_id   uuid   NOT NULL,
  seq      bigint NOT NULL,
  audit_id uuid   NOT NULL,
  hash     bytea  NOT NULL,
  PRIMARY KEY (org_id, seq),
  UNIQUE (org_id, audit_id),
  FOREIGN KEY (org_id, audit_id) REFERENCES audit (org_id, id)
);
SELECT fence('audit_seal', 'SELECT', 'INSERT');

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
-- +goose StatementEnd
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_seal FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON consent FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON alert_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
