BEGIN TRANSACTION;
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    at      REAL NOT NULL,
    who     TEXT NOT NULL,
    act     TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL
) STRICT;
CREATE TABLE fact (
    name  TEXT PRIMARY KEY,           -- device_id, tuner_count, session_key …
    value TEXT NOT NULL
) STRICT;
CREATE TABLE favorite (
    channel_id TEXT PRIMARY KEY,
    since      REAL NOT NULL
) STRICT;
INSERT INTO "favorite" VALUES('dna-e40f4071a7030735',1790000100.0);
CREATE TABLE number (
    number          TEXT PRIMARY KEY,
    channel_id      TEXT NOT NULL UNIQUE,
    source          TEXT NOT NULL,    -- with the three keys below: how the channel is recognised if the catalog is lost
    tvg_id          TEXT NOT NULL,
    name_key        TEXT NOT NULL,
    path_id         TEXT NOT NULL,
    assigned_at     REAL NOT NULL,    -- Unix seconds, here and below
    first_served_at REAL,             -- first fetch by a client other than ourselves
    absent_since    REAL              -- NULL while the channel is in the catalog
) STRICT;
INSERT INTO "number" VALUES('101','dna-dd504c9c1efffbd4','xtream','bbc1.uk','uk bbc one','1',1790000000.0,NULL,NULL);
INSERT INTO "number" VALUES('102','dna-de344935788721b9','xtream','bbc2.uk','uk bbc two','3',1790000000.0,NULL,NULL);
INSERT INTO "number" VALUES('1','dna-b13d6d52b6a2348e','xtream','','itv 1','5',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('2','dna-0d32db3369232294','xtream','','itv 1 + 1','6',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('3','dna-ebad592f3dc5100d','xtream','daserste.de','de das erste','7',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('4','dna-e40f4071a7030735','xtream','zdf.de','zdf','8',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('5','dna-4c32baac55094216','xtream','','звезда','9',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('6','dna-b951ec297140b4df','xtream','','','10',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('7','dna-8bbd7a734e6d9107','xtream','news.us','news','11',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('8','dna-37662b6efa57ddfe','xtream','news.ca','news','12',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('9','dna-37bc7dd56a608e12','xtream','','news','13',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('10','dna-ebd70b94d95ba511','xtream','','sport 0','100',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('11','dna-98b8f86b92bdcfdf','xtream','sport1.uk','sport 1','101',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('12','dna-d834a4e5c3e3611a','xtream','','sport 2','102',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('13','dna-cd910072d49c0a1f','xtream','sport-three.uk','sport 3','103',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('14','dna-5606f4a1b1e154d3','xtream','','sport 4','104',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('15','dna-6464f174dfe5be5c','xtream','sport5.uk','sport 5','105',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('16','dna-92fad3e6d8556317','xtream','','sport 6','106',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('17','dna-10cb6018d1e3705f','xtream','sport7.uk','sport 7','107',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('18','dna-8fd9e2d94bb34b05','xtream','','sport 8','108',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('19','dna-de7ce0242155a87d','xtream','sport9.uk','sport 9','109',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('20','dna-9435d0f6c19a88d6','xtream','','sport 10','110',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('21','dna-3a2498f575836f79','xtream','sport11.uk','sport 11','111',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('22','dna-24351a59ba55c369','xtream','','sport 12','112',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('23','dna-8dbbc6c4056686a4','xtream','sport13.uk','sport 13','113',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('24','dna-3ac37e7724c86beb','xtream','','sport 14','114',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('25','dna-bead3dd1efe3ce3c','xtream','sport15.uk','sport 15','115',1790000000.0,1790000100.0,NULL);
INSERT INTO "number" VALUES('26','dna-55d66f594bca6d7d','xtream','','sport 16','116',1790000000.0,NULL,NULL);
INSERT INTO "number" VALUES('27','dna-f50243f5602e7f9c','xtream','sport17.uk','sport 17','117',1790000000.0,NULL,NULL);
INSERT INTO "number" VALUES('28','dna-b38a1f029cd3e140','xtream','','sport 18','118',1790000000.0,NULL,NULL);
INSERT INTO "number" VALUES('29','dna-ec386586174b295e','xtream','sport19.uk','sport 19','119',1790000000.0,NULL,NULL);
INSERT INTO "number" VALUES('30','dna-4876897bacf7922c','xtream','','sport 20','120',1790000000.0,NULL,NULL);
INSERT INTO "number" VALUES('31','dna-6b9778c5896bb72e','xtream','sport21.uk','sport 21','121',1790000000.0,NULL,NULL);
INSERT INTO "number" VALUES('32','dna-ac8e4f67b92e3ffe','xtream','','sport 22','122',1790000000.0,NULL,NULL);
INSERT INTO "number" VALUES('33','dna-caa702d6b6ae8b01','xtream','sport23.uk','sport 23','123',1790000000.0,NULL,NULL);
INSERT INTO "number" VALUES('34','dna-21a8324d660568d2','xtream','','sport 24','124',1790000000.0,NULL,NULL);
INSERT INTO "number" VALUES('35','dna-2744553c9e8895e1','xtream','sport25.uk','sport 25','125',1790000000.0,NULL,NULL);
INSERT INTO "number" VALUES('36','dna-49b1fa3e6661d0c3','xtream','','sport 26','126',1790000000.0,NULL,NULL);
INSERT INTO "number" VALUES('37','dna-31132c6830aa4ffb','xtream','sport27.uk','sport 27','127',1790000000.0,NULL,NULL);
INSERT INTO "number" VALUES('38','dna-767baae200cfc6ba','xtream','','sport 28','128',1790000000.0,NULL,NULL);
CREATE TABLE operator (
    name          TEXT PRIMARY KEY,
    password_hash TEXT NOT NULL,      -- argon2id, PHC string
    changed_at    REAL NOT NULL
) STRICT;
CREATE TABLE source (
    id            TEXT PRIMARY KEY,
    kind          TEXT NOT NULL CHECK (kind IN ('playlist', 'guide')),
    url_hash      TEXT NOT NULL,      -- validators belong to this URL only
    etag          TEXT NOT NULL DEFAULT '',
    last_modified TEXT NOT NULL DEFAULT '',
    status        TEXT NOT NULL       -- SourceStatus as JSON
) STRICT;
COMMIT;
PRAGMA user_version = 1;
