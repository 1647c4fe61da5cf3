-- What the operator's list of channels shows and searches, so that no page joins 50,000 channels with their entries.
ALTER TABLE plan_decision ADD COLUMN sources TEXT NOT NULL DEFAULT '';      -- those that have it, best first, by spaces
ALTER TABLE plan_decision ADD COLUMN streams INTEGER NOT NULL DEFAULT 0;    -- over all sources; 0 in an earlier plan
ALTER TABLE plan_decision ADD COLUMN sought TEXT NOT NULL DEFAULT '';       -- words of name, id and tvg-id, folded

-- The next plan says it better.
UPDATE plan_decision SET sources = source, sought = lower(name) || ' ' || replace(channel_id, '-', ' ');

-- Holds all that the list is narrowed and counted by, in the order of names: 50,000 rows are walked in some 15 ms.
CREATE INDEX plan_listing ON plan_decision
    (plan, name COLLATE NOCASE, channel_id, kept, group_title, sources, streams, sought);

-- What is offered is asked for by several pages, and is a hundredth of what a plan decides on.
CREATE INDEX plan_kept ON plan_decision (plan, place) WHERE kept = 1;
