-- +goose Up
-- The provider's own list of what came in, read each minute: a webhook that never
-- reached us is found there.

-- inbound_listed_at: the list was read whole up to here. inbound_list_at: when it is
-- read next.
ALTER TABLE sender
  ADD COLUMN inbound_listed_at timestamptz,
  ADD COLUMN inbound_list_at timestamptz;

CREATE POLICY locking ON sender FOR UPDATE TO howareyou_lookup USING (true) WITH CHECK (false);
GRANT UPDATE ON sender TO howareyou_lookup;

-- +goose StatementBegin
CREATE FUNCTION claim_inbound_lists(p_now timestamptz, p_limit int) RETURNS TABLE (org uuid, sender uuid) LANGUAGE sql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.org_id, s.id FROM sender s
  WHERE coalesce(s.inbound_list_at <= p_now, true)
  ORDER BY s.inbound_list_at NULLS FIRST, s.org_id, s.id LIMIT p_limit FOR UPDATE OF s SKIP LOCKED
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION claim_inbound_lists(timestamptz, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim_inbound_lists(timestamptz, int) TO howareyou_app;
ALTER FUNCTION claim_inbound_lists(timestamptz, int) OWNER TO howareyou_lookup;
