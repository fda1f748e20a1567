-- +goose Up
-- Words that somebody must see now, from a number that is no patient's: no board can
-- hold an alert about them, so staff are told of the text itself, again and again until
-- somebody has seen to it.

-- ask_at: when staff are told once more; NULL: never. asked: how often they were told.
ALTER TABLE inbound_message ADD COLUMN ask_at timestamptz, ADD COLUMN asked int NOT NULL DEFAULT 0;
CREATE INDEX inbound_ask ON inbound_message (ask_at) WHERE ask_at IS NOT NULL AND handled_at IS NULL;

SELECT open_to_lookup('inbound_message', 'SELECT');

-- +goose StatementBegin
-- They are not locked here: two of many that look find the same, and whoever locks one
-- first looks again at when it is due.
CREATE FUNCTION lookup_unread_due(p_now timestamptz, p_limit int) RETURNS TABLE (org uuid, message uuid) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
  SELECT m.org_id, m.id FROM inbound_message m WHERE m.ask_at <= p_now AND m.handled_at IS NULL ORDER BY m.ask_at LIMIT p_limit
$$;
CREATE FUNCTION lookup_next_unread() RETURNS timestamptz LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT min(ask_at) FROM inbound_message WHERE ask_at IS NOT NULL AND handled_at IS NULL
$$;
DO $$
DECLARE f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    AND p.proname IN ('lookup_unread_due', 'lookup_next_unread')
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO howareyou_app', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO howareyou_lookup', f);
  END LOOP;
END $$;
-- +goose StatementEnd
