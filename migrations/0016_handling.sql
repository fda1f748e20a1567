-- +goose Up
-- What people did about texts that did not arrive, what they wrote themselves, and
-- where a sign-in leads.

-- author_id: who wrote the text, when a person did.
ALTER TABLE delivery ADD COLUMN author_id uuid;
-- handled_at: a person has read what no reading understood.
ALTER TABLE inbound_message ADD COLUMN handled_at timestamptz;

CREATE INDEX delivery_waiting ON delivery (org_id, event_id) WHERE state IN ('queued', 'sending', 'uncertain');
CREATE INDEX inbound_attention ON inbound_message (org_id, id) WHERE state = 'unread' AND handled_at IS NULL;
CREATE INDEX event_dead ON event (org_id, id) WHERE state = 'dead';

-- What staff did about a text: tried it again, or closed it with a note.
CREATE TABLE handling (
  org_id     uuid NOT NULL,
  id         uuid NOT NULL,
  about      text NOT NULL CHECK (about IN ('delivery', 'inbound_message', 'event')),
  about_id   uuid NOT NULL,
  action     text NOT NULL CHECK (action IN ('retry', 'close')),
  by_id      uuid NOT NULL,
  note_enc   bytea,
  at         timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, by_id) REFERENCES clinician (org_id, id)
);
CREATE INDEX handling_about ON handling (org_id, about_id, id);
SELECT fence('handling', 'SELECT', 'INSERT', 'UPDATE');

-- leads_to: the page that its reader was on the way to.
ALTER TABLE link ADD COLUMN leads_to text NOT NULL DEFAULT '' CHECK (leads_to ~ '^(/[a-z]+(/[0-9a-z-]+)*)?$');
