-- +goose Up
-- What patients, and those who answer for them, said in words, until a member of staff has
-- marked it as read. The words themselves stand under this id in check_in or item_answer, or
-- in inbound_message: what no answer holds, for each patient who may have said it.
-- flags: what calls staff, and not_screened. rank: what is read first, the lowest.
CREATE TABLE said_words (
  org_id     uuid NOT NULL,
  id         uuid NOT NULL,
  patient_id uuid NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('check_in', 'item_answer', 'text')),
  flags      text[] NOT NULL DEFAULT '{}',
  rank       int  NOT NULL,
  at         timestamptz NOT NULL,
  read_at    timestamptz,
  read_by    uuid,
  PRIMARY KEY (org_id, id, patient_id),
  FOREIGN KEY (org_id, patient_id) REFERENCES patient (org_id, id),
  FOREIGN KEY (org_id, read_by) REFERENCES clinician (org_id, id),
  CHECK ((read_at IS NULL) = (read_by IS NULL))
);
CREATE INDEX said_words_unread ON said_words (org_id, rank, id) WHERE read_at IS NULL;
SELECT fence('said_words', 'SELECT', 'INSERT', 'UPDATE');

-- What was said in the last week before is to be read as well: nobody could mark it so far.
INSERT INTO said_words (org_id, id, patient_id, kind, rank, at)
SELECT k.org_id, k.id, k.patient_id, 'check_in', 2, k.at FROM check_in k
JOIN (SELECT x.org_id, max(x.at) AS at FROM check_in x GROUP BY x.org_id) l ON l.org_id = k.org_id AND k.at > l.at - interval '7 days'
WHERE k.words_enc IS NOT NULL AND k.superseded_by IS NULL AND k.channel IN ('sms', 'page')
UNION ALL
SELECT i.org_id, i.id, i.patient_id, 'item_answer', 2, i.at FROM item_answer i
JOIN (SELECT x.org_id, max(x.at) AS at FROM item_answer x GROUP BY x.org_id) l ON l.org_id = i.org_id AND i.at > l.at - interval '7 days'
WHERE i.words_enc IS NOT NULL AND i.channel = 'page';

-- Since when somebody who had this number is reached at another, if the number was told so.
ALTER TABLE conversation ADD COLUMN number_moved_at timestamptz;

-- pressed: somebody had everybody asked. Until it is put off or closed it waits for no hours.
ALTER TABLE alert ADD COLUMN pressed boolean NOT NULL DEFAULT false;
