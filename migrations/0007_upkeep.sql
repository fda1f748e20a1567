-- +goose Up
-- What keeps the record whole over the years: the list of what is to be sealed,
-- the one change that notes allow, and what a backup must be able to read.

-- Audit rows that are not in the chain yet. A row joins by trigger, so nothing
-- that commits late, or with a clock that is behind, is ever passed over; and the
-- list stays short, so to look for work costs nothing however long the audit is.
CREATE TABLE audit_unsealed (
  org_id uuid NOT NULL,
  id     uuid NOT NULL,
  PRIMARY KEY (org_id, id)
);
SELECT fence('audit_unsealed', 'SELECT', 'INSERT', 'DELETE');
SELECT open_to_lookup('audit_unsealed', 'SELECT');

-- +goose StatementBegin
CREATE FUNCTION await_sealing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_unsealed (org_id, id) VALUES (NEW.org_id, NEW.id);
  RETURN NULL;
END $$;

CREATE FUNCTION lookup_unsealed(p_limit int) RETURNS TABLE (org uuid) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.org_id FROM organisation o
  WHERE EXISTS (SELECT 1 FROM audit_unsealed u WHERE u.org_id = o.org_id)
  ORDER BY o.org_id LIMIT p_limit
$$;
-- +goose StatementEnd
CREATE TRIGGER await_sealing AFTER INSERT ON audit FOR EACH ROW EXECUTE FUNCTION await_sealing();
REVOKE ALL ON FUNCTION lookup_unsealed(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_unsealed(int) TO howareyou_app;
ALTER FUNCTION lookup_unsealed(int) OWNER TO howareyou_lookup;

-- A note stays as it was written, but must go with the data key when that is
-- changed: it may be sealed again, under another key and at the same length,
-- and nothing else of its row may change with it.
-- +goose StatementBegin
CREATE FUNCTION refuse_change_but_resealing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE'
    AND to_jsonb(NEW) - 'note_enc' = to_jsonb(OLD) - 'note_enc'
    AND octet_length(NEW.note_enc) = octet_length(OLD.note_enc)
    AND substr(NEW.note_enc, 1, 5) <> substr(OLD.note_enc, 1, 5)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
-- +goose StatementEnd
DROP TRIGGER append_only ON alert_entry;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON alert_entry FOR EACH ROW EXECUTE FUNCTION refuse_change_but_resealing();
GRANT UPDATE (note_enc) ON alert_entry TO howareyou_app;
GRANT UPDATE (body_enc) ON inbound_unrouted TO howareyou_app;

-- TRUNCATE passes by the triggers of rows.
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON audit_seal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON consent FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON alert_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- pg_dump reads the counter of the migrations' own table as well.
GRANT SELECT ON SEQUENCE goose_db_version_id_seq TO howareyou_backup;
