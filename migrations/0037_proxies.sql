-- +goose Up
-- Whom a patient lets answer for them, or for whom staff recorded by what right they do.
-- What was given and ended, by whom and when, is in consent, which is never changed.

-- proxy_basis: by what right this follower answers for the patient; NULL when they do not.
-- proxy_by: who said or recorded it. relation: what the patient is to the follower, for
-- "Mum 3"; '' when nobody has said.
ALTER TABLE follower
  ADD COLUMN proxy_basis text CHECK (proxy_basis IN ('patient', 'attorney', 'best_interest')),
  ADD COLUMN proxy_by    uuid,
  ADD COLUMN proxy_at    timestamptz,
  ADD COLUMN relation    text NOT NULL DEFAULT '' CHECK (relation IN ('', 'mother', 'father', 'grandmother', 'grandfather',
    'wife', 'husband', 'sister', 'brother', 'daughter', 'son', 'aunt', 'uncle')),
  ADD FOREIGN KEY (org_id, proxy_by) REFERENCES person (org_id, id),
  ADD CHECK ((proxy_basis IS NULL) = (proxy_at IS NULL) AND (proxy_basis IS NULL) = (proxy_by IS NULL)),
  -- Whoever leaves the circle, or is asked into it again, answers for nobody.
  ADD CHECK (proxy_basis IS NULL OR state = 'active');

ALTER TABLE consent DROP CONSTRAINT consent_kind_check;
ALTER TABLE consent ADD CONSTRAINT consent_kind_check CHECK (kind IN ('enrol', 'share', 'withdraw', 'follow', 'proxy', 'proxy_end'));
ALTER TABLE consent ADD COLUMN basis text NOT NULL DEFAULT '' CHECK (basis IN ('', 'patient', 'attorney', 'best_interest'));

-- proxy: the patient, whether a follower may answer for them.
ALTER TABLE open_question DROP CONSTRAINT open_question_kind_check;
ALTER TABLE open_question ADD CONSTRAINT open_question_kind_check CHECK (kind IN ('enrol', 'share', 'follow', 'died', 'ease', 'proxy'));

-- more: the answers to further questions, on a page; never those about mood.
ALTER TABLE follower DROP CONSTRAINT follower_scope_check;
ALTER TABLE follower ADD CONSTRAINT follower_scope_check CHECK (scope <@ ARRAY['answered', 'score', 'words', 'trend', 'alerts', 'more']);
ALTER TABLE open_question DROP CONSTRAINT open_question_scope_check;
ALTER TABLE open_question ADD CONSTRAINT open_question_scope_check CHECK (scope <@ ARRAY['answered', 'score', 'words', 'trend', 'alerts', 'more']);

-- by_proxy: somebody else's answer stands there; the patient may still give their own.
ALTER TABLE prompt ADD COLUMN by_proxy boolean NOT NULL DEFAULT false;
