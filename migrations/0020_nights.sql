-- +goose Up
-- nights_held: the follower wants nothing at night; what comes then waits for the
-- morning of their own zone.
ALTER TABLE follower ADD COLUMN nights_held boolean NOT NULL DEFAULT false;
