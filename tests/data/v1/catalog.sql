BEGIN TRANSACTION;
CREATE TABLE answer (
    id          INTEGER PRIMARY KEY,
    source      TEXT NOT NULL,
    at          REAL NOT NULL,
    channels    INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,         -- over the set of channel ids
    outcome     TEXT NOT NULL CHECK (outcome IN ('published', 'unchanged', 'refused'))
) STRICT;
INSERT INTO "answer" VALUES(1,'xtream',1790000000.0,41,'a651dfe21d54e0014c5050585fe843b1','published');
INSERT INTO "answer" VALUES(2,'m3u',1790100100.0,16,'1a8bf65ca3cdc4c8a5214d05e8041fb8','published');
INSERT INTO "answer" VALUES(3,'xtream',1790100100.0,42,'d6ddf40f9be1ddc9f5c2267935b28004','published');
CREATE TABLE channel (
    generation  INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    channel_id  TEXT NOT NULL,
    ordinal     INTEGER NOT NULL,     -- place of its first entry in the playlist
    name        TEXT NOT NULL,
    group_title TEXT NOT NULL,
    addresses   INTEGER NOT NULL,     -- checksum over the URLs of its entries
    PRIMARY KEY (generation, number)
) STRICT, WITHOUT ROWID;
INSERT INTO "channel" VALUES(1,0,'dna-dd504c9c1efffbd4',0,'UK: BBC One HD','UK',1232158230);
INSERT INTO "channel" VALUES(1,1,'dna-de344935788721b9',2,'UK: BBC Two','UK',3463282772);
INSERT INTO "channel" VALUES(1,2,'dna-b13d6d52b6a2348e',3,'ITV 1 HD','UK',2155952114);
INSERT INTO "channel" VALUES(1,3,'dna-0d32db3369232294',5,'ITV 1 +1','UK',4189286502);
INSERT INTO "channel" VALUES(1,4,'dna-ebad592f3dc5100d',6,'|DE| Das Erste','DE',1091507971);
INSERT INTO "channel" VALUES(1,5,'dna-e40f4071a7030735',7,'ZDF','DE',426510165);
INSERT INTO "channel" VALUES(1,6,'dna-4c32baac55094216',8,'Звезда','RU',2714787888);
INSERT INTO "channel" VALUES(1,7,'dna-b951ec297140b4df',9,'★★★','Misc',2477422859);
INSERT INTO "channel" VALUES(1,8,'dna-8bbd7a734e6d9107',10,'News','US',722869870);
INSERT INTO "channel" VALUES(1,9,'dna-37662b6efa57ddfe',11,'News','CA',967029120);
INSERT INTO "channel" VALUES(1,10,'dna-37bc7dd56a608e12',12,'News','??',2166347493);
INSERT INTO "channel" VALUES(1,11,'dna-ebd70b94d95ba511',13,'Sport 0 HD','Sport',316908023);
INSERT INTO "channel" VALUES(1,12,'dna-98b8f86b92bdcfdf',14,'Sport 1 HD','Sport',2858403474);
INSERT INTO "channel" VALUES(1,13,'dna-d834a4e5c3e3611a',15,'Sport 2 HD','Sport',3102370172);
INSERT INTO "channel" VALUES(1,14,'dna-cd910072d49c0a1f',16,'Sport 3 HD','Sport',5639705);
INSERT INTO "channel" VALUES(1,15,'dna-5606f4a1b1e154d3',17,'Sport 4 HD','Sport',2642491040);
INSERT INTO "channel" VALUES(1,16,'dna-6464f174dfe5be5c',18,'Sport 5 HD','Sport',624775621);
INSERT INTO "channel" VALUES(1,17,'dna-92fad3e6d8556317',19,'Sport 6 HD','Sport',931724843);
INSERT INTO "channel" VALUES(1,18,'dna-10cb6018d1e3705f',20,'Sport 7 HD','Sport',2402589006);
INSERT INTO "channel" VALUES(1,19,'dna-8fd9e2d94bb34b05',21,'Sport 8 HD','Sport',3612838168);
INSERT INTO "channel" VALUES(1,20,'dna-de7ce0242155a87d',22,'Sport 9 HD','Sport',1877732989);
INSERT INTO "channel" VALUES(1,21,'dna-9435d0f6c19a88d6',23,'Sport 10 HD','Sport',797149255);
INSERT INTO "channel" VALUES(1,22,'dna-3a2498f575836f79',24,'Sport 11 HD','Sport',2537549602);
INSERT INTO "channel" VALUES(1,23,'dna-24351a59ba55c369',25,'Sport 12 HD','Sport',2240430284);
INSERT INTO "channel" VALUES(1,24,'dna-8dbbc6c4056686a4',26,'Sport 13 HD','Sport',1026959273);
INSERT INTO "channel" VALUES(1,25,'dna-3ac37e7724c86beb',27,'Sport 14 HD','Sport',2699108112);
INSERT INTO "channel" VALUES(1,26,'dna-bead3dd1efe3ce3c',28,'Sport 15 HD','Sport',408778869);
INSERT INTO "channel" VALUES(1,27,'dna-55d66f594bca6d7d',29,'Sport 16 HD','Sport',183031707);
INSERT INTO "channel" VALUES(1,28,'dna-f50243f5602e7f9c',30,'Sport 17 HD','Sport',2991894782);
INSERT INTO "channel" VALUES(1,29,'dna-b38a1f029cd3e140',31,'Sport 18 HD','Sport',3929514152);
INSERT INTO "channel" VALUES(1,30,'dna-ec386586174b295e',32,'Sport 19 HD','Sport',1384892365);
INSERT INTO "channel" VALUES(1,31,'dna-4876897bacf7922c',33,'Sport 20 HD','Sport',1747186327);
INSERT INTO "channel" VALUES(1,32,'dna-6b9778c5896bb72e',34,'Sport 21 HD','Sport',3500119538);
INSERT INTO "channel" VALUES(1,33,'dna-ac8e4f67b92e3ffe',35,'Sport 22 HD','Sport',3257547292);
INSERT INTO "channel" VALUES(1,34,'dna-caa702d6b6ae8b01',36,'Sport 23 HD','Sport',2056674681);
INSERT INTO "channel" VALUES(1,35,'dna-21a8324d660568d2',37,'Sport 24 HD','Sport',3879822784);
INSERT INTO "channel" VALUES(1,36,'dna-2744553c9e8895e1',38,'Sport 25 HD','Sport',1610416805);
INSERT INTO "channel" VALUES(1,37,'dna-49b1fa3e6661d0c3',39,'Sport 26 HD','Sport',1296608587);
INSERT INTO "channel" VALUES(1,38,'dna-31132c6830aa4ffb',40,'Sport 27 HD','Sport',4126460462);
INSERT INTO "channel" VALUES(1,39,'dna-767baae200cfc6ba',41,'Sport 28 HD','Sport',2912410232);
INSERT INTO "channel" VALUES(1,40,'dna-0b92fbc086f6c3d6',42,'Sport 29 HD','Sport',355187997);
INSERT INTO "channel" VALUES(2,0,'dna-dd504c9c1efffbd4',0,'BBC One','General',1367351512);
INSERT INTO "channel" VALUES(2,1,'dna-b226f2ed3bcce7f2',1,'BBC Two','General',639562280);
INSERT INTO "channel" VALUES(2,2,'dna-2d6f72220ec47d24',2,'ITV 1','General',3089949749);
INSERT INTO "channel" VALUES(2,3,'dna-91a4c4db6e7a522c',3,'ZDF','General',1237577934);
INSERT INTO "channel" VALUES(2,4,'dna-1d08702c5dfea70f',4,'Arte','General',3494295356);
INSERT INTO "channel" VALUES(2,5,'dna-6a96da634b44c54b',5,'Das Erste','General',2559578327);
INSERT INTO "channel" VALUES(2,6,'dna-35fa3c7e154fd023',6,'Sport 0','General',4289481878);
INSERT INTO "channel" VALUES(2,7,'dna-67ba06620a6f30ad',7,'Sport 3','General',2033729080);
INSERT INTO "channel" VALUES(2,8,'dna-91e0f6449c2920da',8,'Sport 6','General',703967115);
INSERT INTO "channel" VALUES(2,9,'dna-99a53556d161c27b',9,'Sport 9','General',3634568542);
INSERT INTO "channel" VALUES(2,10,'dna-7cb9bc10a1bbf87d',10,'Sport 12','General',884055624);
INSERT INTO "channel" VALUES(2,11,'dna-f27b71c71b816f9f',11,'Sport 15','General',699707120);
INSERT INTO "channel" VALUES(2,12,'dna-a51b0f6f4b5bc640',12,'Sport 18','General',2502606126);
INSERT INTO "channel" VALUES(2,13,'dna-95f275ee9848ce46',13,'Sport 21','General',2211313275);
INSERT INTO "channel" VALUES(2,14,'dna-a6d4f692da4be8cd',14,'Sport 24','General',3540019144);
INSERT INTO "channel" VALUES(2,15,'dna-f1588ff453e63dd3',15,'Sport 27','General',1435768166);
INSERT INTO "channel" VALUES(3,0,'dna-dd504c9c1efffbd4',0,'UK: BBC One HD','UK',1232158230);
INSERT INTO "channel" VALUES(3,1,'dna-de344935788721b9',2,'UK: BBC Two','UK',3463282772);
INSERT INTO "channel" VALUES(3,2,'dna-832be224f6234b8c',3,'ITV1 HD','UK',1404745965);
INSERT INTO "channel" VALUES(3,3,'dna-b13d6d52b6a2348e',4,'ITV 1 SD','UK',3943096200);
INSERT INTO "channel" VALUES(3,4,'dna-0d32db3369232294',5,'ITV 1 +1','UK',4189286502);
INSERT INTO "channel" VALUES(3,5,'dna-ebad592f3dc5100d',6,'|DE| Das Erste','DE',1091507971);
INSERT INTO "channel" VALUES(3,6,'dna-e40f4071a7030735',7,'ZDF','DE',426510165);
INSERT INTO "channel" VALUES(3,7,'dna-4c32baac55094216',8,'Звезда','RU',2714787888);
INSERT INTO "channel" VALUES(3,8,'dna-b951ec297140b4df',9,'★★★','Misc',2477422859);
INSERT INTO "channel" VALUES(3,9,'dna-8bbd7a734e6d9107',10,'News','US',722869870);
INSERT INTO "channel" VALUES(3,10,'dna-37662b6efa57ddfe',11,'News','CA',967029120);
INSERT INTO "channel" VALUES(3,11,'dna-37bc7dd56a608e12',12,'News','??',2166347493);
INSERT INTO "channel" VALUES(3,12,'dna-ebd70b94d95ba511',13,'Sport 0 HD','Sport',316908023);
INSERT INTO "channel" VALUES(3,13,'dna-98b8f86b92bdcfdf',14,'Sport 1 HD','Sport',2858403474);
INSERT INTO "channel" VALUES(3,14,'dna-d834a4e5c3e3611a',15,'Sport 2 HD','Sport',3102370172);
INSERT INTO "channel" VALUES(3,15,'dna-cd910072d49c0a1f',16,'Sport 3 HD','Sport',5639705);
INSERT INTO "channel" VALUES(3,16,'dna-5606f4a1b1e154d3',17,'Sport 4 HD','Sport',2642491040);
INSERT INTO "channel" VALUES(3,17,'dna-6464f174dfe5be5c',18,'Sport 5 HD','Sport',624775621);
INSERT INTO "channel" VALUES(3,18,'dna-92fad3e6d8556317',19,'Sport 6 HD','Sport',931724843);
INSERT INTO "channel" VALUES(3,19,'dna-10cb6018d1e3705f',20,'Sport 7 HD','Sport',2402589006);
INSERT INTO "channel" VALUES(3,20,'dna-8fd9e2d94bb34b05',21,'Sport 8 HD','Sport',3612838168);
INSERT INTO "channel" VALUES(3,21,'dna-de7ce0242155a87d',22,'Sport 9 HD','Sport',1877732989);
INSERT INTO "channel" VALUES(3,22,'dna-9435d0f6c19a88d6',23,'Sport 10 HD','Sport',797149255);
INSERT INTO "channel" VALUES(3,23,'dna-3a2498f575836f79',24,'Sport 11 HD','Sport',2537549602);
INSERT INTO "channel" VALUES(3,24,'dna-24351a59ba55c369',25,'Sport 12 HD','Sport',2240430284);
INSERT INTO "channel" VALUES(3,25,'dna-8dbbc6c4056686a4',26,'Sport 13 HD','Sport',1026959273);
INSERT INTO "channel" VALUES(3,26,'dna-3ac37e7724c86beb',27,'Sport 14 HD','Sport',2699108112);
INSERT INTO "channel" VALUES(3,27,'dna-bead3dd1efe3ce3c',28,'Sport 15 HD','Sport',408778869);
INSERT INTO "channel" VALUES(3,28,'dna-55d66f594bca6d7d',29,'Sport 16 HD','Sport',183031707);
INSERT INTO "channel" VALUES(3,29,'dna-f50243f5602e7f9c',30,'Sport 17 HD','Sport',2991894782);
INSERT INTO "channel" VALUES(3,30,'dna-b38a1f029cd3e140',31,'Sport 18 HD','Sport',3929514152);
INSERT INTO "channel" VALUES(3,31,'dna-ec386586174b295e',32,'Sport 19 HD','Sport',1384892365);
INSERT INTO "channel" VALUES(3,32,'dna-4876897bacf7922c',33,'Sport 20 HD','Sport',1747186327);
INSERT INTO "channel" VALUES(3,33,'dna-6b9778c5896bb72e',34,'Sport 21 HD','Sport',3500119538);
INSERT INTO "channel" VALUES(3,34,'dna-ac8e4f67b92e3ffe',35,'Sport 22 HD','Sport',3257547292);
INSERT INTO "channel" VALUES(3,35,'dna-caa702d6b6ae8b01',36,'Sport 23 HD','Sport',2056674681);
INSERT INTO "channel" VALUES(3,36,'dna-21a8324d660568d2',37,'Sport 24 HD','Sport',3879822784);
INSERT INTO "channel" VALUES(3,37,'dna-2744553c9e8895e1',38,'Sport 25 HD','Sport',1610416805);
INSERT INTO "channel" VALUES(3,38,'dna-49b1fa3e6661d0c3',39,'Sport 26 HD','Sport',1296608587);
INSERT INTO "channel" VALUES(3,39,'dna-31132c6830aa4ffb',40,'Sport 27 HD','Sport',4126460462);
INSERT INTO "channel" VALUES(3,40,'dna-767baae200cfc6ba',41,'Sport 28 HD','Sport',2912410232);
INSERT INTO "channel" VALUES(3,41,'dna-0b92fbc086f6c3d6',42,'Sport 29 HD','Sport',355187997);
CREATE TABLE entry (
    generation  INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,     -- place in the playlist
    channel     INTEGER NOT NULL,     -- channel.number
    name        TEXT NOT NULL,
    tvg_id      TEXT NOT NULL,
    group_title TEXT NOT NULL,
    logo        TEXT NOT NULL,
    chno        TEXT NOT NULL,        -- canonical guide number or empty
    radio       INTEGER NOT NULL,
    url         TEXT NOT NULL,
    zone        INTEGER NOT NULL,     -- model.url.Zone of the playlist that named the URL
    headers     TEXT NOT NULL,        -- JSON array of [name, value]
    PRIMARY KEY (generation, ordinal)
) STRICT, WITHOUT ROWID;
INSERT INTO "entry" VALUES(1,0,0,'UK: BBC One HD','bbc1.uk','UK','','101',0,'http://panel.example:8080/live/anna/secret/1.ts',2,'[]');
INSERT INTO "entry" VALUES(1,1,0,'UK: BBC One FHD','bbc1.uk','UK','','',0,'http://panel.example:8080/live/anna/secret/2.ts',2,'[]');
INSERT INTO "entry" VALUES(1,2,1,'UK: BBC Two','bbc2.uk','UK','','102',0,'http://panel.example:8080/live/anna/secret/3.ts',2,'[]');
INSERT INTO "entry" VALUES(1,3,2,'ITV 1 HD','','UK','','',0,'http://panel.example:8080/live/anna/secret/4.ts',2,'[]');
INSERT INTO "entry" VALUES(1,4,2,'ITV 1 SD','','UK','','',0,'http://panel.example:8080/live/anna/secret/5.ts',2,'[]');
INSERT INTO "entry" VALUES(1,5,3,'ITV 1 +1','','UK','','',0,'http://panel.example:8080/live/anna/secret/6.ts',2,'[]');
INSERT INTO "entry" VALUES(1,6,4,'|DE| Das Erste','DasErste.de','DE','','',0,'http://panel.example:8080/live/anna/secret/7.ts',2,'[]');
INSERT INTO "entry" VALUES(1,7,5,'ZDF','ZDF.de','DE','','',0,'http://panel.example:8080/live/anna/secret/8.ts',2,'[]');
INSERT INTO "entry" VALUES(1,8,6,'Звезда','','RU','','',0,'http://panel.example:8080/live/anna/secret/9.ts',2,'[]');
INSERT INTO "entry" VALUES(1,9,7,'★★★','','Misc','','',0,'http://panel.example:8080/live/anna/secret/10.ts',2,'[]');
INSERT INTO "entry" VALUES(1,10,8,'News','news.us','US','','',0,'http://panel.example:8080/live/anna/secret/11.ts',2,'[]');
INSERT INTO "entry" VALUES(1,11,9,'News','news.ca','CA','','',0,'http://panel.example:8080/live/anna/secret/12.ts',2,'[]');
INSERT INTO "entry" VALUES(1,12,10,'News','','??','','',0,'http://panel.example:8080/live/anna/secret/13.ts',2,'[]');
INSERT INTO "entry" VALUES(1,13,11,'Sport 0 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/100.ts',2,'[]');
INSERT INTO "entry" VALUES(1,14,12,'Sport 1 HD','sport1.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/101.ts',2,'[]');
INSERT INTO "entry" VALUES(1,15,13,'Sport 2 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/102.ts',2,'[]');
INSERT INTO "entry" VALUES(1,16,14,'Sport 3 HD','sport3.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/103.ts',2,'[]');
INSERT INTO "entry" VALUES(1,17,15,'Sport 4 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/104.ts',2,'[]');
INSERT INTO "entry" VALUES(1,18,16,'Sport 5 HD','sport5.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/105.ts',2,'[]');
INSERT INTO "entry" VALUES(1,19,17,'Sport 6 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/106.ts',2,'[]');
INSERT INTO "entry" VALUES(1,20,18,'Sport 7 HD','sport7.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/107.ts',2,'[]');
INSERT INTO "entry" VALUES(1,21,19,'Sport 8 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/108.ts',2,'[]');
INSERT INTO "entry" VALUES(1,22,20,'Sport 9 HD','sport9.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/109.ts',2,'[]');
INSERT INTO "entry" VALUES(1,23,21,'Sport 10 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/110.ts',2,'[]');
INSERT INTO "entry" VALUES(1,24,22,'Sport 11 HD','sport11.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/111.ts',2,'[]');
INSERT INTO "entry" VALUES(1,25,23,'Sport 12 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/112.ts',2,'[]');
INSERT INTO "entry" VALUES(1,26,24,'Sport 13 HD','sport13.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/113.ts',2,'[]');
INSERT INTO "entry" VALUES(1,27,25,'Sport 14 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/114.ts',2,'[]');
INSERT INTO "entry" VALUES(1,28,26,'Sport 15 HD','sport15.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/115.ts',2,'[]');
INSERT INTO "entry" VALUES(1,29,27,'Sport 16 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/116.ts',2,'[]');
INSERT INTO "entry" VALUES(1,30,28,'Sport 17 HD','sport17.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/117.ts',2,'[]');
INSERT INTO "entry" VALUES(1,31,29,'Sport 18 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/118.ts',2,'[]');
INSERT INTO "entry" VALUES(1,32,30,'Sport 19 HD','sport19.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/119.ts',2,'[]');
INSERT INTO "entry" VALUES(1,33,31,'Sport 20 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/120.ts',2,'[]');
INSERT INTO "entry" VALUES(1,34,32,'Sport 21 HD','sport21.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/121.ts',2,'[]');
INSERT INTO "entry" VALUES(1,35,33,'Sport 22 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/122.ts',2,'[]');
INSERT INTO "entry" VALUES(1,36,34,'Sport 23 HD','sport23.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/123.ts',2,'[]');
INSERT INTO "entry" VALUES(1,37,35,'Sport 24 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/124.ts',2,'[]');
INSERT INTO "entry" VALUES(1,38,36,'Sport 25 HD','sport25.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/125.ts',2,'[]');
INSERT INTO "entry" VALUES(1,39,37,'Sport 26 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/126.ts',2,'[]');
INSERT INTO "entry" VALUES(1,40,38,'Sport 27 HD','sport27.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/127.ts',2,'[]');
INSERT INTO "entry" VALUES(1,41,39,'Sport 28 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/128.ts',2,'[]');
INSERT INTO "entry" VALUES(1,42,40,'Sport 29 HD','sport29.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/129.ts',2,'[]');
INSERT INTO "entry" VALUES(2,0,0,'BBC One','BBC1.uk','General','','1',0,'http://other.example/bbc1/index.m3u8',2,'[]');
INSERT INTO "entry" VALUES(2,1,1,'BBC Two','bbctwo.other','General','','2',0,'http://other.example/bbc2/index.m3u8',2,'[]');
INSERT INTO "entry" VALUES(2,2,2,'ITV 1','','General','','3',0,'http://other.example/itv1/index.m3u8',2,'[]');
INSERT INTO "entry" VALUES(2,3,3,'ZDF','','General','','',0,'http://other.example/zdf/index.m3u8',2,'[]');
INSERT INTO "entry" VALUES(2,4,4,'Arte','arte.fr','General','','7',0,'http://other.example/arte/index.m3u8',2,'[]');
INSERT INTO "entry" VALUES(2,5,5,'Das Erste','','General','','',0,'http://other.example/ard/index.m3u8',2,'[]');
INSERT INTO "entry" VALUES(2,6,6,'Sport 0','','General','','',0,'http://other.example/sport/0.m3u8',2,'[]');
INSERT INTO "entry" VALUES(2,7,7,'Sport 3','','General','','',0,'http://other.example/sport/3.m3u8',2,'[]');
INSERT INTO "entry" VALUES(2,8,8,'Sport 6','','General','','',0,'http://other.example/sport/6.m3u8',2,'[]');
INSERT INTO "entry" VALUES(2,9,9,'Sport 9','','General','','',0,'http://other.example/sport/9.m3u8',2,'[]');
INSERT INTO "entry" VALUES(2,10,10,'Sport 12','','General','','',0,'http://other.example/sport/12.m3u8',2,'[]');
INSERT INTO "entry" VALUES(2,11,11,'Sport 15','','General','','',0,'http://other.example/sport/15.m3u8',2,'[]');
INSERT INTO "entry" VALUES(2,12,12,'Sport 18','','General','','',0,'http://other.example/sport/18.m3u8',2,'[]');
INSERT INTO "entry" VALUES(2,13,13,'Sport 21','','General','','',0,'http://other.example/sport/21.m3u8',2,'[]');
INSERT INTO "entry" VALUES(2,14,14,'Sport 24','','General','','',0,'http://other.example/sport/24.m3u8',2,'[]');
INSERT INTO "entry" VALUES(2,15,15,'Sport 27','','General','','',0,'http://other.example/sport/27.m3u8',2,'[]');
INSERT INTO "entry" VALUES(3,0,0,'UK: BBC One HD','bbc1.uk','UK','','101',0,'http://panel.example:8080/live/anna/secret/1.ts',2,'[]');
INSERT INTO "entry" VALUES(3,1,0,'UK: BBC One FHD','bbc1.uk','UK','','',0,'http://panel.example:8080/live/anna/secret/2.ts',2,'[]');
INSERT INTO "entry" VALUES(3,2,1,'UK: BBC Two','bbc2.uk','UK','','102',0,'http://panel.example:8080/live/anna/secret/3.ts',2,'[]');
INSERT INTO "entry" VALUES(3,3,2,'ITV1 HD','','UK','','',0,'http://panel.example:8080/live/anna/secret/4.ts',2,'[]');
INSERT INTO "entry" VALUES(3,4,3,'ITV 1 SD','','UK','','',0,'http://panel.example:8080/live/anna/secret/5.ts',2,'[]');
INSERT INTO "entry" VALUES(3,5,4,'ITV 1 +1','','UK','','',0,'http://panel.example:8080/live/anna/secret/6.ts',2,'[]');
INSERT INTO "entry" VALUES(3,6,5,'|DE| Das Erste','DasErste.de','DE','','',0,'http://panel.example:8080/live/anna/secret/7.ts',2,'[]');
INSERT INTO "entry" VALUES(3,7,6,'ZDF','ZDF.de','DE','','',0,'http://panel.example:8080/live/anna/secret/8.ts',2,'[]');
INSERT INTO "entry" VALUES(3,8,7,'Звезда','','RU','','',0,'http://panel.example:8080/live/anna/secret/9.ts',2,'[]');
INSERT INTO "entry" VALUES(3,9,8,'★★★','','Misc','','',0,'http://panel.example:8080/live/anna/secret/10.ts',2,'[]');
INSERT INTO "entry" VALUES(3,10,9,'News','news.us','US','','',0,'http://panel.example:8080/live/anna/secret/11.ts',2,'[]');
INSERT INTO "entry" VALUES(3,11,10,'News','news.ca','CA','','',0,'http://panel.example:8080/live/anna/secret/12.ts',2,'[]');
INSERT INTO "entry" VALUES(3,12,11,'News','','??','','',0,'http://panel.example:8080/live/anna/secret/13.ts',2,'[]');
INSERT INTO "entry" VALUES(3,13,12,'Sport 0 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/100.ts',2,'[]');
INSERT INTO "entry" VALUES(3,14,13,'Sport 1 HD','sport1.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/101.ts',2,'[]');
INSERT INTO "entry" VALUES(3,15,14,'Sport 2 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/102.ts',2,'[]');
INSERT INTO "entry" VALUES(3,16,15,'Sport 3 HD','sport-three.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/103.ts',2,'[]');
INSERT INTO "entry" VALUES(3,17,16,'Sport 4 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/104.ts',2,'[]');
INSERT INTO "entry" VALUES(3,18,17,'Sport 5 HD','sport5.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/105.ts',2,'[]');
INSERT INTO "entry" VALUES(3,19,18,'Sport 6 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/106.ts',2,'[]');
INSERT INTO "entry" VALUES(3,20,19,'Sport 7 HD','sport7.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/107.ts',2,'[]');
INSERT INTO "entry" VALUES(3,21,20,'Sport 8 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/108.ts',2,'[]');
INSERT INTO "entry" VALUES(3,22,21,'Sport 9 HD','sport9.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/109.ts',2,'[]');
INSERT INTO "entry" VALUES(3,23,22,'Sport 10 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/110.ts',2,'[]');
INSERT INTO "entry" VALUES(3,24,23,'Sport 11 HD','sport11.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/111.ts',2,'[]');
INSERT INTO "entry" VALUES(3,25,24,'Sport 12 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/112.ts',2,'[]');
INSERT INTO "entry" VALUES(3,26,25,'Sport 13 HD','sport13.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/113.ts',2,'[]');
INSERT INTO "entry" VALUES(3,27,26,'Sport 14 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/114.ts',2,'[]');
INSERT INTO "entry" VALUES(3,28,27,'Sport 15 HD','sport15.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/115.ts',2,'[]');
INSERT INTO "entry" VALUES(3,29,28,'Sport 16 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/116.ts',2,'[]');
INSERT INTO "entry" VALUES(3,30,29,'Sport 17 HD','sport17.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/117.ts',2,'[]');
INSERT INTO "entry" VALUES(3,31,30,'Sport 18 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/118.ts',2,'[]');
INSERT INTO "entry" VALUES(3,32,31,'Sport 19 HD','sport19.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/119.ts',2,'[]');
INSERT INTO "entry" VALUES(3,33,32,'Sport 20 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/120.ts',2,'[]');
INSERT INTO "entry" VALUES(3,34,33,'Sport 21 HD','sport21.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/121.ts',2,'[]');
INSERT INTO "entry" VALUES(3,35,34,'Sport 22 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/122.ts',2,'[]');
INSERT INTO "entry" VALUES(3,36,35,'Sport 23 HD','sport23.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/123.ts',2,'[]');
INSERT INTO "entry" VALUES(3,37,36,'Sport 24 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/124.ts',2,'[]');
INSERT INTO "entry" VALUES(3,38,37,'Sport 25 HD','sport25.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/125.ts',2,'[]');
INSERT INTO "entry" VALUES(3,39,38,'Sport 26 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/126.ts',2,'[]');
INSERT INTO "entry" VALUES(3,40,39,'Sport 27 HD','sport27.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/127.ts',2,'[]');
INSERT INTO "entry" VALUES(3,41,40,'Sport 28 HD','','Sport','','',0,'http://panel.example:8080/live/anna/secret/128.ts',2,'[]');
INSERT INTO "entry" VALUES(3,42,41,'Sport 29 HD','sport29.uk','Sport','','',0,'http://panel.example:8080/live/anna/secret/129.ts',2,'[]');
CREATE TABLE generation (
    id           INTEGER PRIMARY KEY,
    source       TEXT NOT NULL,
    built_at     REAL NOT NULL,        -- Unix seconds, here and below
    published_at REAL,
    entries      INTEGER NOT NULL DEFAULT 0,
    channels     INTEGER NOT NULL DEFAULT 0,
    digest       TEXT NOT NULL DEFAULT '',   -- over all entries in their order: equal answers are not stored twice
    report       TEXT NOT NULL DEFAULT '{}'
) STRICT;
INSERT INTO "generation" VALUES(1,'xtream',1790000000.0,1790000000.0,43,41,'69f2c0edc902bc453f9a0e4f9696a608','{"outcome":"published","entries":43,"channels":41,"skipped":{},"guide_urls":[],"changes":{"added":{"count":41,"examples":["UK: BBC One HD","UK: BBC Two","ITV 1 HD","ITV 1 +1","|DE| Das Erste"]},"removed":{"count":0,"examples":[]},"renamed":{"count":0,"examples":[]},"moved":{"count":0,"examples":[]},"readdressed":{"count":0,"examples":[]}},"new":{"count":41,"examples":["UK: BBC One HD","UK: BBC Two","ITV 1 HD","ITV 1 +1","|DE| Das Erste"]},"message":"","hint":""}');
INSERT INTO "generation" VALUES(2,'m3u',1790100100.0,1790100100.0,16,16,'5e82b686b0405ced3e32e81b175a3f34','{"outcome":"published","entries":16,"channels":16,"skipped":{},"guide_urls":[],"changes":{"added":{"count":16,"examples":["BBC One","BBC Two","ITV 1","ZDF","Arte"]},"removed":{"count":0,"examples":[]},"renamed":{"count":0,"examples":[]},"moved":{"count":0,"examples":[]},"readdressed":{"count":0,"examples":[]}},"new":{"count":15,"examples":["BBC Two","ITV 1","ZDF","Arte","Das Erste"]},"message":"","hint":""}');
INSERT INTO "generation" VALUES(3,'xtream',1790100100.0,1790100100.0,43,42,'a2111d1d260a2b137683adb1ef53f168','{"outcome":"published","entries":43,"channels":42,"skipped":{},"guide_urls":[],"changes":{"added":{"count":1,"examples":["ITV1 HD"]},"removed":{"count":0,"examples":[]},"renamed":{"count":1,"examples":["ITV 1 HD → ITV 1 SD"]},"moved":{"count":0,"examples":[]},"readdressed":{"count":1,"examples":["ITV 1 SD"]}},"new":{"count":1,"examples":["ITV1 HD"]},"message":"","hint":""}');
CREATE TABLE identity (
    kind       TEXT NOT NULL CHECK (kind IN ('tvg', 'name', 'path')),
    scope      TEXT NOT NULL,
    key        TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    learned_at REAL NOT NULL,
    PRIMARY KEY (kind, scope, key)
) STRICT, WITHOUT ROWID;
INSERT INTO "identity" VALUES('name','m3u','arte','dna-1d08702c5dfea70f',1790100100.0);
INSERT INTO "identity" VALUES('name','m3u','bbc one','dna-dd504c9c1efffbd4',1790100100.0);
INSERT INTO "identity" VALUES('name','m3u','bbc two','dna-b226f2ed3bcce7f2',1790100100.0);
INSERT INTO "identity" VALUES('name','m3u','das erste','dna-6a96da634b44c54b',1790100100.0);
INSERT INTO "identity" VALUES('name','m3u','itv 1','dna-2d6f72220ec47d24',1790100100.0);
INSERT INTO "identity" VALUES('name','m3u','sport 0','dna-35fa3c7e154fd023',1790100100.0);
INSERT INTO "identity" VALUES('name','m3u','sport 12','dna-7cb9bc10a1bbf87d',1790100100.0);
INSERT INTO "identity" VALUES('name','m3u','sport 15','dna-f27b71c71b816f9f',1790100100.0);
INSERT INTO "identity" VALUES('name','m3u','sport 18','dna-a51b0f6f4b5bc640',1790100100.0);
INSERT INTO "identity" VALUES('name','m3u','sport 21','dna-95f275ee9848ce46',1790100100.0);
INSERT INTO "identity" VALUES('name','m3u','sport 24','dna-a6d4f692da4be8cd',1790100100.0);
INSERT INTO "identity" VALUES('name','m3u','sport 27','dna-f1588ff453e63dd3',1790100100.0);
INSERT INTO "identity" VALUES('name','m3u','sport 3','dna-67ba06620a6f30ad',1790100100.0);
INSERT INTO "identity" VALUES('name','m3u','sport 6','dna-91e0f6449c2920da',1790100100.0);
INSERT INTO "identity" VALUES('name','m3u','sport 9','dna-99a53556d161c27b',1790100100.0);
INSERT INTO "identity" VALUES('name','m3u','zdf','dna-91a4c4db6e7a522c',1790100100.0);
INSERT INTO "identity" VALUES('name','xtream','de das erste','dna-ebad592f3dc5100d',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','itv 1','dna-b13d6d52b6a2348e',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','itv 1 + 1','dna-0d32db3369232294',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','itv1','dna-832be224f6234b8c',1790100100.0);
INSERT INTO "identity" VALUES('name','xtream','news','dna-37bc7dd56a608e12',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 0','dna-ebd70b94d95ba511',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 1','dna-98b8f86b92bdcfdf',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 10','dna-9435d0f6c19a88d6',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 11','dna-3a2498f575836f79',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 12','dna-24351a59ba55c369',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 13','dna-8dbbc6c4056686a4',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 14','dna-3ac37e7724c86beb',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 15','dna-bead3dd1efe3ce3c',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 16','dna-55d66f594bca6d7d',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 17','dna-f50243f5602e7f9c',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 18','dna-b38a1f029cd3e140',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 19','dna-ec386586174b295e',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 2','dna-d834a4e5c3e3611a',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 20','dna-4876897bacf7922c',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 21','dna-6b9778c5896bb72e',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 22','dna-ac8e4f67b92e3ffe',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 23','dna-caa702d6b6ae8b01',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 24','dna-21a8324d660568d2',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 25','dna-2744553c9e8895e1',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 26','dna-49b1fa3e6661d0c3',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 27','dna-31132c6830aa4ffb',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 28','dna-767baae200cfc6ba',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 29','dna-0b92fbc086f6c3d6',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 3','dna-cd910072d49c0a1f',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 4','dna-5606f4a1b1e154d3',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 5','dna-6464f174dfe5be5c',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 6','dna-92fad3e6d8556317',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 7','dna-10cb6018d1e3705f',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 8','dna-8fd9e2d94bb34b05',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','sport 9','dna-de7ce0242155a87d',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','uk bbc one','dna-dd504c9c1efffbd4',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','uk bbc two','dna-de344935788721b9',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','zdf','dna-e40f4071a7030735',1790000000.0);
INSERT INTO "identity" VALUES('name','xtream','звезда','dna-4c32baac55094216',1790000000.0);
INSERT INTO "identity" VALUES('path','m3u','/ard/index.m3u8','dna-6a96da634b44c54b',1790100100.0);
INSERT INTO "identity" VALUES('path','m3u','/arte/index.m3u8','dna-1d08702c5dfea70f',1790100100.0);
INSERT INTO "identity" VALUES('path','m3u','/bbc1/index.m3u8','dna-dd504c9c1efffbd4',1790100100.0);
INSERT INTO "identity" VALUES('path','m3u','/bbc2/index.m3u8','dna-b226f2ed3bcce7f2',1790100100.0);
INSERT INTO "identity" VALUES('path','m3u','/itv1/index.m3u8','dna-2d6f72220ec47d24',1790100100.0);
INSERT INTO "identity" VALUES('path','m3u','/sport/0.m3u8','dna-35fa3c7e154fd023',1790100100.0);
INSERT INTO "identity" VALUES('path','m3u','/sport/12.m3u8','dna-7cb9bc10a1bbf87d',1790100100.0);
INSERT INTO "identity" VALUES('path','m3u','/sport/15.m3u8','dna-f27b71c71b816f9f',1790100100.0);
INSERT INTO "identity" VALUES('path','m3u','/sport/18.m3u8','dna-a51b0f6f4b5bc640',1790100100.0);
INSERT INTO "identity" VALUES('path','m3u','/sport/21.m3u8','dna-95f275ee9848ce46',1790100100.0);
INSERT INTO "identity" VALUES('path','m3u','/sport/24.m3u8','dna-a6d4f692da4be8cd',1790100100.0);
INSERT INTO "identity" VALUES('path','m3u','/sport/27.m3u8','dna-f1588ff453e63dd3',1790100100.0);
INSERT INTO "identity" VALUES('path','m3u','/sport/3.m3u8','dna-67ba06620a6f30ad',1790100100.0);
INSERT INTO "identity" VALUES('path','m3u','/sport/6.m3u8','dna-91e0f6449c2920da',1790100100.0);
INSERT INTO "identity" VALUES('path','m3u','/sport/9.m3u8','dna-99a53556d161c27b',1790100100.0);
INSERT INTO "identity" VALUES('path','m3u','/zdf/index.m3u8','dna-91a4c4db6e7a522c',1790100100.0);
INSERT INTO "identity" VALUES('path','xtream','1','dna-dd504c9c1efffbd4',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','10','dna-b951ec297140b4df',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','100','dna-ebd70b94d95ba511',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','101','dna-98b8f86b92bdcfdf',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','102','dna-d834a4e5c3e3611a',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','103','dna-cd910072d49c0a1f',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','104','dna-5606f4a1b1e154d3',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','105','dna-6464f174dfe5be5c',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','106','dna-92fad3e6d8556317',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','107','dna-10cb6018d1e3705f',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','108','dna-8fd9e2d94bb34b05',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','109','dna-de7ce0242155a87d',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','11','dna-8bbd7a734e6d9107',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','110','dna-9435d0f6c19a88d6',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','111','dna-3a2498f575836f79',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','112','dna-24351a59ba55c369',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','113','dna-8dbbc6c4056686a4',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','114','dna-3ac37e7724c86beb',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','115','dna-bead3dd1efe3ce3c',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','116','dna-55d66f594bca6d7d',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','117','dna-f50243f5602e7f9c',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','118','dna-b38a1f029cd3e140',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','119','dna-ec386586174b295e',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','12','dna-37662b6efa57ddfe',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','120','dna-4876897bacf7922c',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','121','dna-6b9778c5896bb72e',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','122','dna-ac8e4f67b92e3ffe',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','123','dna-caa702d6b6ae8b01',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','124','dna-21a8324d660568d2',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','125','dna-2744553c9e8895e1',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','126','dna-49b1fa3e6661d0c3',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','127','dna-31132c6830aa4ffb',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','128','dna-767baae200cfc6ba',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','129','dna-0b92fbc086f6c3d6',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','13','dna-37bc7dd56a608e12',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','2','dna-dd504c9c1efffbd4',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','3','dna-de344935788721b9',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','4','dna-832be224f6234b8c',1790100100.0);
INSERT INTO "identity" VALUES('path','xtream','5','dna-b13d6d52b6a2348e',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','6','dna-0d32db3369232294',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','7','dna-ebad592f3dc5100d',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','8','dna-e40f4071a7030735',1790000000.0);
INSERT INTO "identity" VALUES('path','xtream','9','dna-4c32baac55094216',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','arte.fr','dna-1d08702c5dfea70f',1790100100.0);
INSERT INTO "identity" VALUES('tvg','','bbc1.uk','dna-dd504c9c1efffbd4',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','bbc2.uk','dna-de344935788721b9',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','bbctwo.other','dna-b226f2ed3bcce7f2',1790100100.0);
INSERT INTO "identity" VALUES('tvg','','daserste.de','dna-ebad592f3dc5100d',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','news.ca','dna-37662b6efa57ddfe',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','news.us','dna-8bbd7a734e6d9107',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','sport-three.uk','dna-cd910072d49c0a1f',1790100100.0);
INSERT INTO "identity" VALUES('tvg','','sport1.uk','dna-98b8f86b92bdcfdf',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','sport11.uk','dna-3a2498f575836f79',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','sport13.uk','dna-8dbbc6c4056686a4',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','sport15.uk','dna-bead3dd1efe3ce3c',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','sport17.uk','dna-f50243f5602e7f9c',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','sport19.uk','dna-ec386586174b295e',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','sport21.uk','dna-6b9778c5896bb72e',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','sport23.uk','dna-caa702d6b6ae8b01',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','sport25.uk','dna-2744553c9e8895e1',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','sport27.uk','dna-31132c6830aa4ffb',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','sport29.uk','dna-0b92fbc086f6c3d6',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','sport3.uk','dna-cd910072d49c0a1f',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','sport5.uk','dna-6464f174dfe5be5c',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','sport7.uk','dna-10cb6018d1e3705f',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','sport9.uk','dna-de7ce0242155a87d',1790000000.0);
INSERT INTO "identity" VALUES('tvg','','zdf.de','dna-e40f4071a7030735',1790000000.0);
CREATE INDEX generation_by_source ON generation (source, id) WHERE published_at IS NOT NULL;
CREATE VIEW served AS
    SELECT source, max(id) AS generation FROM generation WHERE published_at IS NOT NULL GROUP BY source;
CREATE UNIQUE INDEX channel_by_id ON channel (generation, channel_id);
CREATE INDEX entry_by_channel ON entry (generation, channel);
CREATE INDEX answer_by_source ON answer (source, id);
COMMIT;
PRAGMA user_version = 1;
