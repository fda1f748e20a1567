-- +goose Up
-- A text to a number out of a messaging service's pool: the number is no sender of
-- its own, so the service says whose it is.

-- +goose StatementBegin
CREATE FUNCTION lookup_sender_services(p_sids text[]) RETURNS TABLE (sid text, org uuid, sender uuid) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.messaging_service_sid, s.org_id, s.id FROM sender s WHERE s.messaging_service_sid = ANY (p_sids) AND s.messaging_service_sid <> ''
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION lookup_sender_services(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lookup_sender_services(text[]) TO howareyou_app;
ALTER FUNCTION lookup_sender_services(text[]) OWNER TO howareyou_lookup;
