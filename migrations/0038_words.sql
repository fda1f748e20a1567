-- +goose Up
-- What patients, and those who answer for them, said in words, until a member of staff has
-- marked it as read. The words themselves stand under this id in check_in or item_answer, or
-- in inbound_message: a cry for help that is no answer.
CREATE TABLE said_words (
  org_id     uuid NOT NULL,
  id         uuid NOT NULL,
  patient_id uuid NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('check_in', 'item_answer', 'text')),
  at         timestamptz NOT NULL,
  read_at    timestamptz,
  read_by    uuid,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id),
  FOREIGN KEY (org_id, read_by) REFERENCES clinician (org_id, id),
  CHECK ((read_at IS NULL) = (read_by IS NULL))
);
CREATE INDEX said_words_unread ON said_words (org_id, id) WHERE read_at IS NULL;
SELECT fence('said_words', 'SELECT', 'INSERT', 'UPDATE');

-- Since when somebody who had this number is reached at another, if the number was told so.
ALTER TABLE conversation ADD COLUMN number_moved_at timestamptz;

-- pressed: somebody had everybody asked, and nobody has taken it since: it waits for no hours.
ALTER TABLE alert ADD COLUMN pressed boolean NOT NULL DEFAULT false;
