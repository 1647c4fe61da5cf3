"""Line-ups of thirteen countries as their guides name them, many with siblings that are easily taken for each other."""

# ruff: noqa: E501, RUF001 - names and marks as playlists write them

from tunerr.guide.matching.values import Listed

_LINEUPS = {
    "gb": """BBC One London; BBC One Wales; BBC One Scotland; BBC One Northern Ireland; BBC Two; BBC Three; BBC Four;
        BBC News; BBC Parliament; BBC Alba; BBC Scotland; CBBC; CBeebies; ITV1 London; ITV1 Granada; ITV1 Meridian;
        ITV2; ITV2 +1; ITV3; ITV3 +1; ITV4; ITV Quiz; Channel 4; Channel 4 +1; Channel 5; Channel 5 +1; 5USA; 5STAR;
        5ACTION; 5SELECT; E4; E4 +1; E4 Extra; More4; More4 +1; Film4; Film4 +1; 4seven; 4Music; Sky Mix; Sky Arts;
        Sky News; Sky Atlantic; Sky Atlantic +1; Sky Max; Sky Showcase; Sky Comedy; Sky Crime; Sky Crime +1;
        Sky Documentaries; Sky Nature; Sky History; Sky History 2; Sky Sci-Fi; Sky Witness; Sky Witness +1; Sky Kids;
        Sky Replay; Sky Cinema Premiere; Sky Cinema Premiere +1; Sky Cinema Hits; Sky Cinema Action; Sky Cinema Comedy;
        Sky Cinema Drama; Sky Cinema Family; Sky Cinema Thriller; Sky Cinema Greats; Sky Cinema Select;
        Sky Sports Main Event; Sky Sports Premier League; Sky Sports Football; Sky Sports Cricket; Sky Sports Golf;
        Sky Sports F1; Sky Sports Tennis; Sky Sports+; Sky Sports Action; Sky Sports Mix; Sky Sports News;
        Sky Sports Racing; TNT Sports 1; TNT Sports 2; TNT Sports 3; TNT Sports 4; TNT Sports Ultimate; Eurosport 1;
        Eurosport 2; Premier Sports 1; Premier Sports 2; Racing TV; MUTV; LFCTV; U&Dave; U&Drama; U&W; U&Yesterday;
        U&Alibi; U&Alibi +1; U&Gold; U&Eden; Quest; Quest +1; Quest Red; Really; DMAX; DMAX +1; HGTV; Food Network;
        Food Network +1; Discovery Channel; Discovery +1; Discovery History; Discovery Science; Discovery Turbo;
        Animal Planet; TLC; TLC +1; Investigation Discovery; National Geographic; National Geographic +1; Nat Geo Wild;
        Comedy Central; Comedy Central +1; Comedy Central Extra; MTV; MTV Music; MTV 80s; MTV 90s; MTV Hits; MTV Live;
        Nickelodeon; Nick +1; Nick Jr.; Nick Jr. Too; Nicktoons; Cartoon Network; Cartoonito; Boomerang; Pop; Pop Max;
        Tiny Pop; GREAT! movies; GREAT! movies action; GREAT! tv; GREAT! romance; Talking Pictures TV; Film4 Extra;
        Legend; Legend Xtra; Blaze; Challenge; Crime + Investigation; Together TV; PBS America; Smithsonian Channel;
        Al Jazeera English; GB News; TalkTV; CNN International; Bloomberg; CNBC; France 24; DW English; NHK World;
        Euronews; RTÉ One; S4C; STV; UTV; 4TV; Gems TV; QVC; QVC Style; Ideal World; Create & Craft; That's TV;
        That's 60s; That's 90s; Now 70s; Now 80s; Now 90s; Kerrang!; Magic; The Box; Clubland TV; Sony Channel;
        Star Plus; Zee TV; Colors; B4U Music; B4U Movies; Geo News; ARY Digital; Islam Channel""",
    "us": """ABC; CBS; NBC; FOX; The CW; PBS; ION Television; MyNetworkTV; Telemundo; Univision; UniMás; CNN; HLN;
        CNN International; Fox News Channel; Fox Business Network; MSNBC; CNBC; CNBC World; Newsmax; NewsNation; C-SPAN;
        C-SPAN2; C-SPAN3; BBC America; BBC News; Bloomberg Television; The Weather Channel; AccuWeather; ESPN; ESPN2;
        ESPNU; ESPNEWS; ESPN Deportes; SEC Network; ACC Network; Big Ten Network; FS1; FS2; Fox Deportes; Golf Channel;
        NFL Network; NFL RedZone; NBA TV; MLB Network; NHL Network; Tennis Channel; CBS Sports Network; CBS Sports HQ;
        YES Network; NESN; NESN Plus; MSG; MSG Sportsnet; SNY; Marquee Sports Network; HBO; HBO East; HBO West; HBO2;
        HBO Comedy; HBO Family; HBO Signature; HBO Zone; HBO Latino; Cinemax; MoreMax; ActionMax; ThrillerMax;
        Showtime; Showtime 2; Showtime Extreme; Showtime Next; Showtime Women; Starz; Starz Edge; Starz Cinema;
        Starz Comedy; Starz Kids & Family; Starz Encore; Starz Encore Action; Starz Encore Classic;
        Starz Encore Westerns; MGM+; MGM+ Hits; MGM+ Marquee; The Movie Channel; TMC Xtra; AMC; IFC; SundanceTV; TCM;
        FX; FXX; FXM; TNT; TBS; truTV; USA Network; Syfy; Bravo; E!; Oxygen; A&E; History; History en Español; Lifetime;
        LMN; FYI; VICE; Crime & Investigation; Military History; Discovery Channel; Science Channel; TLC; HGTV;
        Food Network; Cooking Channel; Travel Channel; Animal Planet; Investigation Discovery; OWN; Magnolia Network;
        Motor Trend; Destination America; American Heroes Channel; Discovery Family; Discovery Life;
        National Geographic; Nat Geo Wild; Nat Geo Mundo; Smithsonian Channel; Disney Channel; Disney Junior;
        Disney XD; Freeform; Nickelodeon; Nick Jr.; Nicktoons; TeenNick; Nick Music; Cartoon Network; Adult Swim;
        Boomerang; Universal Kids; BabyFirst; MTV; MTV2; MTV Live; MTV Classic; VH1; CMT; CMT Music; BET; BET Her;
        BET Gospel; Logo; Comedy Central; Paramount Network; Pop TV; TV Land; TV One; WE tv; Hallmark Channel;
        Hallmark Mystery; Hallmark Family; UPtv; INSP; GAC Family; RFD-TV; Reelz; Game Show Network; MeTV; MeTV Toons;
        Antenna TV; Cozi TV; Bounce TV; Grit; Laff; Court TV; Ion Mystery; Start TV; Decades; Heroes & Icons; Comet;
        Charge!; TBD; Rewind TV; Outdoor Channel; Sportsman Channel; World Fishing Network; QVC; QVC2; HSN; HSN2;
        ShopHQ; Daystar; TBN; EWTN; The Word Network; Galavisión; UniVision Deportes; Cinelatino; beIN Sports;
        beIN Sports en Español; beIN Sports Xtra""",
    "de": """Das Erste; ZDF; ZDFneo; ZDFinfo; 3sat; ARTE; PHOENIX; KiKA; ONE; tagesschau24; ARD alpha; BR Fernsehen Süd;
        BR Fernsehen Nord; WDR Fernsehen Köln; WDR Fernsehen Düsseldorf; NDR Niedersachsen; NDR Hamburg;
        NDR Schleswig-Holstein; MDR Sachsen; MDR Thüringen; MDR Sachsen-Anhalt; RBB Berlin; RBB Brandenburg;
        hr-fernsehen; SWR Baden-Württemberg; SWR Rheinland-Pfalz; SR Fernsehen; RTL; RTLZWEI; SUPER RTL; RTLup; NITRO;
        VOX; VOXup; n-tv; RTL Crime; RTL Living; RTL Passion; SAT.1; SAT.1 Gold; SAT.1 emotions; ProSieben;
        ProSieben MAXX; ProSieben FUN; kabel eins; kabel eins Doku; kabel eins classics; sixx; WELT; N24 Doku; TELE 5;
        DMAX; DF1; TLC; HGTV; Comedy Central; Nickelodeon; Nick Jr.; Nicktoons; Disney Channel; Toggo plus; SPORT1;
        SPORT1+; Eurosport 1; Eurosport 2; Sky Sport Bundesliga 1; Sky Sport Bundesliga 2; Sky Sport Bundesliga 3;
        Sky Sport Top Event; Sky Sport F1; Sky Sport Golf; Sky Sport Tennis; Sky Sport Mix; Sky Sport News;
        Sky Sport Premier League; Sky Sport 1; Sky Sport 2; Sky Cinema Premieren; Sky Cinema Premieren +24;
        Sky Cinema Action; Sky Cinema Family; Sky Cinema Highlights; Sky Cinema Classics; Sky One; Sky Atlantic;
        Sky Atlantic +1; Sky Crime; Sky Krimi; Sky Nature; Sky Documentaries; Sky Replay; Sky Showcase; 13th Street;
        SYFY; Universal TV; Warner TV Film; Warner TV Serie; Warner TV Comedy; AXN Black; AXN White; Discovery Channel;
        National Geographic; Nat Geo Wild; HISTORY Channel; Crime + Investigation; Kinowelt TV; Heimatkanal;
        Romance TV; Silverline; Deluxe Music; MTV; Jukebox; Gute Laune TV; Schlager Deluxe; DAZN 1; DAZN 2; Cartoonito;
        Cartoon Network; Boomerang; Junior; ANIXE+; ANIXE HD Serie; Bibel TV; QVC; QVC2; HSE; HSE Extra; HSE Trend;
        sonnenklar.TV; Servus TV; ORF 1; ORF 2; ORF III; ORF Sport+; PULS 4; PULS 24; ATV; ATV2; euronews; BILD;
        auto motor und sport channel; Motorvision; Spiegel Geschichte; Curiosity Channel; GEO Television; Travelxp;
        RiC; Fix & Foxi; sportdigital Fussball; Der Aktionär TV""",
    "fr": """TF1; TF1 Séries Films; TF1+; France 2; France 3; France 4; France 5; franceinfo; France 24; CANAL+;
        CANAL+ Cinéma; CANAL+ Sport; CANAL+ Sport 360; CANAL+ Foot; CANAL+ Séries; CANAL+ Kids; CANAL+ Docs;
        CANAL+ Grand Écran; CANAL+ Box Office; M6; W9; 6ter; Gulli; Arte; C8; TMC; TFX; NRJ 12; NRJ Hits; CSTAR;
        CSTAR Hits; LCP; Public Sénat; BFM TV; BFM Business; BFM Paris; BFM Lyon; CNEWS; LCI; L'Équipe; RMC Story;
        RMC Découverte; RMC Life; RMC Sport 1; RMC Sport 2; Chérie 25; Paris Première; Téva; Série Club; RTL9; AB1;
        AB3; 13ème Rue; Syfy; E!; Warner TV; Warner TV Next; Ciné+ Frisson; Ciné+ Émotion; Ciné+ Famiz; Ciné+ Classic;
        Ciné+ Festival; OCS; Action; TCM Cinéma; Paramount Network; Comédie+; Polar+; Planète+;
        Planète+ Crime; Planète+ Aventure; Ushuaïa TV; Histoire TV; Toute l'Histoire; Animaux; Chasse et Pêche;
        Trek; Science & Vie TV; National Geographic; National Geographic Wild; Discovery Channel;
        Discovery Investigation; TLC; Seasons; Voyage; Canal J; TiJi; Piwi+; Télétoon+; Télétoon+1; Boomerang;
        Boomerang +1; Cartoon Network; Cartoonito; Disney Channel; Disney Channel +1; Disney Jr.; Nickelodeon;
        Nickelodeon Junior; Nickelodeon Teen; Game One; Game One +1; J-One; Mangas; MTV; MTV Hits; MCM; Mezzo;
        Mezzo Live HD; Trace Urban; Melody; M6 Music; beIN SPORTS 1; beIN SPORTS 2; beIN SPORTS 3; beIN SPORTS MAX 4;
        beIN SPORTS MAX 5; Eurosport 1; Eurosport 2; Infosport+; Golf+; Equidia; Automoto; Sport en France; TV5 Monde;
        Euronews; KTO; TV Breizh; Novelas TV; Novo19; T18; Demain TV; MyZen TV; Museum""",
    "it": """Rai 1; Rai 2; Rai 3; Rai 4; Rai 5; Rai Movie; Rai Premium; Rai Gulp; Rai YoYo; Rai News 24; Rai Storia;
        Rai Scuola; Rai Sport; Rai Radio 2 Visual; Rete 4; Canale 5; Italia 1; Italia 2; La7; La7d; TV8; Nove; 20;
        Iris; Cine34; La5; Mediaset Extra; TGCOM24; Boing; Cartoonito; Top Crime; Focus; Twentyseven; Real Time;
        Real Time +1; Giallo; DMAX; DMAX +1; Food Network; HGTV; K2; Frisbee; Super!; Super Tennis; Motor Trend;
        Cielo; Sky TG24; Sky Uno; Sky Uno +1; Sky Atlantic; Sky Atlantic +1; Sky Serie; Sky Investigation;
        Sky Collection; Sky Arte; Sky Nature; Sky Documentaries; Sky Crime; Sky Adventure; Sky Cinema Uno;
        Sky Cinema Due; Sky Cinema Collection; Sky Cinema Family; Sky Cinema Action; Sky Cinema Suspense;
        Sky Cinema Romance; Sky Cinema Drama; Sky Cinema Comedy; Sky Cinema Uno +24; Sky Cinema Due +24; Sky Sport 24;
        Sky Sport Uno; Sky Sport Calcio; Sky Sport Arena; Sky Sport Max; Sky Sport F1; Sky Sport MotoGP;
        Sky Sport Tennis; Sky Sport Golf; Sky Sport NBA; Sky Sport Mix; Sky Sport 251; Sky Sport 252; Sky Sport 253;
        Eurosport 1; Eurosport 2; DAZN 1; DAZN Channel; Comedy Central; MTV; VH1; Discovery Channel;
        Discovery Channel +1; Gambero Rosso; History Channel; Crime+Investigation; Caccia; Pesca; Nick Jr;
        Nickelodeon; Cartoon Network; Boomerang; DeA Kids; DeA Junior; Baby TV; RTL 102.5; Radio Italia TV;
        RadioFreccia; R101 TV; Deejay TV; TV2000; Padre Pio TV; Telepace; 7 Gold; Telenorba; Telelombardia;
        Antenna 3; Primocanale; RTV San Marino; Inter TV; Milan TV; Juventus TV; Lazio Style Channel; Warner TV;
        QVC Italia; Class CNBC; Bike; Donna TV; Euronews""",
    "es": """La 1; La 2; 24h; Clan; Teledeporte; Antena 3; Cuatro; Telecinco; laSexta; Neox; Nova; MEGA; Atreseries; FDF;
        Divinity; Energy; Boing; Be Mad; GOL PLAY; DMAX; TEN; TRECE; DKISS; Paramount Network; Real Madrid TV;
        Disney Channel; Telemadrid; LaOtra; TV3; 3CatInfo; Esport3; SX3; Canal 33; ETB1; ETB2; ETB3; TVG; TVG 2;
        Canal Sur; Canal Sur 2; Andalucía TV; À Punt; IB3; Aragón TV; CMM TV; TPA7; La 7; 7 Región de Murcia;
        Canal Extremadura; TV Canaria; Movistar Plus+; Movistar Plus+ 2; M+ Estrenos; M+ Estrenos 2; M+ Acción; M+ Comedia;
        M+ Drama; M+ Clásicos; M+ Indie; M+ Hits; M+ Series; M+ Series 2; M+ Deportes; M+ Deportes 2; M+ Deportes 3;
        M+ LaLiga; M+ LaLiga 2; M+ LaLiga 3; M+ Liga de Campeones; M+ Liga de Campeones 2; M+ Golf; M+ Golf 2; M+ Vamos;
        M+ Vamos 2; M+ Documentales; M+ Originales; LaLiga TV Bar; LaLiga TV Bar 2; LaLiga TV Hypermotion; DAZN 1;
        DAZN 2; DAZN 3; DAZN LaLiga; DAZN LaLiga 2; DAZN F1; Eurosport 1; Eurosport 2; AXN; AXN Movies; Calle 13;
        SYFY; STAR Channel; Warner TV; Comedy Central; TCM; Canal Hollywood; Somos; SundanceTV; AMC; AMC Break; XTRM;
        Dark; Canal Cocina; Decasa; Discovery; National Geographic; Nat Geo Wild; Canal Historia; Odisea; Viajar;
        Caza y Pesca; Iberalia TV; Nickelodeon; Nick Jr; Disney Junior; Dreamworks; Baby TV; MTV; MTV 00s; Sol Música;
        Mezzo; Mezzo Live; CNN International; BBC News; Euronews; Squirrel; Squirrel 2; Bom Cine; Fashion TV""",
    "pt": """RTP 1; RTP 2; RTP 3; RTP Memória; RTP Madeira; RTP Açores; RTP África; SIC; SIC Notícias; SIC Mulher;
        SIC Radical; SIC K; SIC Caras; TVI; TVI Reality; TVI Ficção; V+ TVI; CNN Portugal; CMTV; Now; Porto Canal;
        Canal 11; Sport TV 1; Sport TV 2; Sport TV 3; Sport TV 4; Sport TV 5; Sport TV 6; Sport TV+; DAZN 1; DAZN 2;
        DAZN 3; Eleven Sports 1; Benfica TV; Sporting TV; A Bola TV; Eurosport 1; Eurosport 2; Canal Hollywood;
        Cinemundo; TVCine Top; TVCine Edition; TVCine Emotion; TVCine Action; AXN; AXN Movies; AXN White; STAR Channel;
        STAR Life; STAR Crime; STAR Movies; STAR Comedy; AMC; AMC Break; AMC Crime; SYFY; 24Kitchen; Casa e Cozinha;
        Odisseia; Canal História; National Geographic; Nat Geo Wild; Discovery; TLC; Travel Channel; Panda;
        Panda Kids; Biggs; Disney Channel; Disney Junior; Nickelodeon; Nick Jr; Cartoon Network; Cartoonito; Baby TV;
        MTV; MTV Live; VH1; Globo; Globo Now; Record TV; Band; Caça e Pesca; Toros TV; Mezzo; Trace Urban; Euronews;
        ARTV; Kuriakos TV; Localvisão; E!; ID""",
    "nl": """NPO 1; NPO 2; NPO 3; NPO 1 Extra; NPO 2 Extra; NPO Politiek; RTL 4; RTL 5; RTL 7; RTL 8; RTL Z; RTL Lounge;
        RTL Crime; SBS 6; SBS 9; Net5; Veronica; Ziggo Sport; Ziggo Sport 2; Ziggo Sport 3; Ziggo Sport 4;
        Ziggo Sport 5; Ziggo Sport 6; ESPN; ESPN 2; ESPN 3; ESPN 4; Eurosport 1; Eurosport 2; Viaplay TV; Viaplay TV+;
        Film1 Premiere; Film1 Action; Film1 Family; Film1 Drama; Comedy Central; Paramount Network; MTV; MTV Live;
        Discovery; TLC; Animal Planet; Investigation Discovery; National Geographic; Nat Geo Wild; History;
        Crime + Investigation; 24Kitchen; BBC First; BBC NL; BBC News; CNN; Al Jazeera English; Euronews;
        Nickelodeon; Nick Jr.; Nicktoons; Cartoon Network; Cartoonito; Disney Channel; Disney Jr.; BabyTV; Pebble TV;
        STAR Channel; AMC; Xite; Xite Hits; 100% NL TV; TV538; SLAM!; Sterren.nl; ONS; Out TV; MyZen; Love Nature;
        Één; Canvas; Ketnet; VTM; VTM 2; VTM 3; VTM 4; Play4; Play5; Play6; Play7; Das Erste; ZDF; WDR; TV5 Monde;
        Omroep Brabant; L1 TV; RTV Noord; RTV Oost; RTV Utrecht; RTV Drenthe; RTV Rijnmond; AT5; NH; TV West;
        Omrop Fryslân; Omroep Gelderland; Omroep Zeeland; Omroep Flevoland; Stingray Classica; Stingray Lite TV""",
    "pl": """TVP 1; TVP 2; TVP 3 Warszawa; TVP 3 Kraków; TVP 3 Łódź; TVP 3 Poznań; TVP Info; TVP Sport; TVP Kultura;
        TVP Kultura 2; TVP Historia; TVP Historia 2; TVP Seriale; TVP Rozrywka; TVP Kobieta; TVP ABC; TVP ABC 2; TVP HD;
        TVP Polonia; TVP Dokument; TVP Nauka; TVP World; Alfa TVP; Polsat; Polsat 2; Polsat News; Polsat News 2;
        Polsat News Polityka; Polsat Film; Polsat Film 2; Polsat Sport 1; Polsat Sport 2; Polsat Sport 3;
        Polsat Sport Fight; Polsat Sport Premium 1; Polsat Sport Premium 2; Polsat Play; Polsat Café; Polsat Doku;
        Polsat Games; Polsat Rodzina; Polsat Seriale; Polsat Music; Super Polsat; TVN; TVN 7; TVN 24; TVN 24 BiS;
        TVN Turbo; TVN Style; TVN Fabuła; TTV; TV4; TV6; TV Puls; TV Puls 2; TV Trwam; TV Republika; Metro; Zoom TV;
        Nowa TV; WP; Stopklatka; Fokus TV; Antena; Canal+ Premium; Canal+ 1; Canal+ Sport; Canal+ Sport 2;
        Canal+ Sport 3; Canal+ Sport 4; Canal+ Sport 5; Canal+ Film; Canal+ Seriale; Canal+ Dokument; Canal+ Domo;
        Canal+ Kuchnia; Ale Kino+; Planete+; MiniMini+; teleTOON+; HBO; HBO 2; HBO 3; Cinemax; Cinemax 2; AXN;
        AXN Black; AXN White; AXN Spin; FX; FX Comedy; Kino Polska; Kino Polska Muzyka; Kino TV; Filmbox Premium;
        Filmbox Extra HD; Filmbox Family; Filmbox Action; Eleven Sports 1; Eleven Sports 2; Eleven Sports 3; Eurosport 1;
        Eurosport 2; Extreme Sports; Motowizja; Discovery Channel; Discovery Science; Discovery Life;
        Discovery Historia; DTX; ID; TLC; HGTV; Food Network; Animal Planet; Travel Channel; National Geographic;
        National Geographic Wild; Nat Geo People; History; History2; BBC Earth; BBC Brit; BBC First; BBC Lifestyle;
        CBeebies; Cartoon Network; Cartoonito; Disney Channel; Disney Junior; Disney XD; Nickelodeon; Nick Jr.;
        Nicktoons; Polo TV; Eska TV; Eska TV Extra; Eska Rock TV; VOX Music TV; 4FUN.TV; 4FUN Kids; 4FUN Dance; Disco Polo Music;
        MTV Polska; MTV 00s; Stars.TV; Mezzo; Warner TV; Epic Drama; Sundance TV; 13 Ulica; SCI FI; Paramount Network;
        Comedy Central; Romance TV; Novela TV; Biznes24; wPolsce24; Echo24""",
    "tr": """TRT 1; TRT 2; TRT Haber; TRT Spor; TRT Spor Yıldız; TRT Çocuk; TRT Belgesel; TRT Müzik; TRT Avaz; TRT Türk;
        TRT Kurdî; TRT Arabi; TRT World; TRT 4K; ATV; ATV Avrupa; Kanal D; Euro D; Show TV; Show Türk; Star TV;
        Euro Star; NOW; TV8; TV8.5; Kanal 7; Kanal 7 Avrupa; Beyaz TV; Teve2; A2; 360; NTV; CNN Türk; Habertürk;
        A Haber; A Para; A Spor; A News; Haber Global; Halk TV; Tele 1; Sözcü TV; KRT; Ülke TV; TGRT Haber; TGRT EU;
        24 TV; TV 100; TVNET; Bloomberg HT; Ekotürk; Bengütürk; Ulusal Kanal; Akit TV; Flash Haber; beIN Sports 1;
        beIN Sports 2; beIN Sports 3; beIN Sports 4; beIN Sports 5; beIN Sports Max 1; beIN Sports Max 2;
        beIN Sports Haber; S Sport; S Sport 2; S Sport Plus; Tivibu Spor; Tivibu Spor 2; Tivibu Spor 3; Spor Smart;
        Spor Smart 2; Eurosport 1; Eurosport 2; FB TV; GS TV; HT Spor; Ekol Spor; NBA TV; beIN Movies Premiere;
        beIN Movies Premiere 2; beIN Movies Stars; beIN Movies Action; beIN Movies Family; beIN Movies Turk;
        beIN Series Comedy; beIN Series Drama; Sinema TV; Sinema TV 2; Sinema 1001; Sinema Aksiyon; Sinema Aile;
        Sinema Komedi; Sinema Yerli; Dizi Smart; Dizi Smart Max; Movie Smart Türk; Movie Smart Classic; FX; Discovery Channel;
        Discovery Science; DMAX; TLC; National Geographic; Nat Geo Wild; History; Animal Planet; Yaban TV; Minika Çocuk;
        Minika GO; Cartoon Network; Cartoonito; Nickelodeon; Nick Jr.; Disney Jr.; Baby TV; Kral TV; Kral Pop; Power TV;
        Power Türk; Number One; Number One Türk; Dream Türk; Diyanet TV; Semerkand TV; Lalegül TV; Meltem TV; Cem TV""",
    "sa": """السعودية; السعودية الآن; الإخبارية; القرآن الكريم; السنة النبوية; الثقافية; ذكريات; إس بي سي; إم بي سي 1;
        إم بي سي 2; إم بي سي 3; إم بي سي 4; إم بي سي 5; إم بي سي أكشن; إم بي سي ماكس; إم بي سي دراما; إم بي سي بوليوود;
        إم بي سي مصر; إم بي سي مصر 2; إم بي سي العراق; وناسة; العربية; العربية الحدث; سكاي نيوز عربية; الجزيرة;
        الجزيرة مباشر; الجزيرة الوثائقية; دبي; سما دبي; دبي ريسينج; أبو ظبي; أبو ظبي الرياضية 1; أبو ظبي الرياضية 2;
        الشارقة; الشارقة الرياضية; الكويت 1; الكويت 2; قطر; البحرين; عمان; المجد; المجد الوثائقية; روتانا سينما;
        روتانا كلاسيك; روتانا دراما; روتانا خليجية; روتانا موسيقى; بي بي سي عربي; فرانس 24 عربي; آر تي عربية;
        ناشيونال جيوغرافيك أبوظبي; كرتون نتورك بالعربية; طيور الجنة; سبيستون; SSC 1; SSC 2; SSC 5; SSC Extra 1;
        SSC Extra 2; KSA Sports 1; KSA Sports 2; Thmanyah 1; Thmanyah 2; MBC Persia; MBC Plus Drama; OSN News; OSN Yahala;
        OSN Yahala Cinema; OSN Movies Premiere; OSN Movies Hollywood; OSN Showcase; OSN Kids; Quran TV; Sunnah TV""",
    "gr": """ΕΡΤ1; ΕΡΤ2 Σπορ; ΕΡΤ3; ΕΡΤ News; Mega; ANT1; Alpha; Star; ΣΚΑΪ; OPEN; Μακεδονία TV; Βουλή; Action 24; Attica TV;
        Extra Channel; ART TV; Kontra Channel; High TV; Alert TV; Blue Sky; Θεσσαλία TV; Κρήτη TV; Κρήτη 1; Ιονιαν Channel;
        Αχελώος TV; Σίγμα; ΡΙΚ 1; ΡΙΚ 2; Novasports 1; Novasports 2; Novasports 3; Novasports Prime; Novasports Start;
        Novasports News; Novasports Extra 1; Novasports Extra 2; Novasports Premier League; Novacinema 1; Novacinema 2;
        Novacinema 3; Novacinema 4; Novalife; Cosmote Sport 1; Cosmote Sport 2; Cosmote Sport 3; Cosmote Sport 4;
        Cosmote Sport 5; Cosmote Sport Highlights; Cosmote Cinema 1; Cosmote Cinema 2; Cosmote Cinema 3;
        Cosmote Series; Cosmote History; Village Cinema; Rise TV; Nickelodeon; MAD TV; MTV 00s; Vouli TV""",
    "ru": """Первый канал; Россия 1; Россия 24; Россия К; Матч ТВ; Матч! Игра; Матч! Футбол 1; Матч! Футбол 2;
        Матч! Футбол 3; Матч! Арена; Матч! Боец; Матч! Страна; Матч! Премьер; НТВ; НТВ Хит; НТВ Сериал; НТВ Стиль;
        Пятый канал; Карусель; ОТР; ТВ Центр; РЕН ТВ; Спас; СТС; СТС Love; СТС Kids; Домашний; ТВ-3; Пятница!; Звезда;
        Мир; Мир 24; ТНТ; ТНТ4; ТНТ Music; МУЗ-ТВ; Че!; Суббота!; 2х2; Ю; Солнце; РБК; Москва 24; 360°; Дом кино;
        Дом кино Премиум; Кинохит; Кинопремьера; Киносемья; Киномикс; Кинокомедия; Кинотеатр; Мужское кино; Наше новое кино;
        Родное кино; Индийское кино; Иллюзион+; Русский иллюзион; Еврокино; Русский роман; Русский бестселлер;
        Русский детектив; Русская комедия; Моя планета; Наука; История; Живая планета; Рыжий; Мульт; Мультиландия; О!; Детский мир;
        Усадьба; Охота и рыбалка; Охотник и рыболов; Авто Плюс; Драйв; Еда; Кухня ТВ; Время; Ностальгия; Ретро; Шансон ТВ;
        Музыка Первого; Ля-минор; RU.TV; Bridge TV; Bridge Hits; Bridge Русский хит; Europa Plus TV; Жара TV; Discovery Channel;
        Viasat History; Viasat Nature; Viasat Explore; Eurosport 1; Eurosport 2; Setanta Sports 1; Setanta Sports 2; КХЛ""",
}
# Stations as guides of the United States name them, and as playlists do.
LOCALS = {
    "WABC-DT": "ABC 7 (WABC) New York",
    "WCBS-DT": "US: CBS 2 New York WCBS",
    "WNBC-DT": "NBC 4 New York (WNBC) HD",
    "WNYW-DT": "US | FOX 5 (WNYW) New York",
    "WPIX-DT": "[US] CW 11 WPIX New York",
    "KABC-DT": "US: ABC 7 KABC Los Angeles HD",
    "KTLA-DT": "(US) CW 5 (KTLA) Los Angeles",
    "KCBS-DT": "USA: CBS 2 (KCBS) LOS ANGELES FHD",
    "KNBC-DT": "US ▎NBC 4 [KNBC] Los Angeles",
    "WGN-DT": "US: WGN-TV 9 Chicago",
    "WLS-DT": "ABC 7 WLS-TV Chicago",
    "WFLD-DT": "US| FOX 32 Chicago WFLD ᴴᴰ",
    "WLS-DT2": "US: Localish 7.2 WLS-TV Chicago",
    "KRON-DT": "US: CW 4 (KRON) San Francisco",
}


def lineup_of(country):
    """The names of a country's line-up."""
    return [" ".join(name.split()) for name in _LINEUPS[country].split(";")]


COUNTRIES = tuple(_LINEUPS)


def guide_in(style, country):
    """A country's guide with ids such as `BBCTwo.uk` ("named") or bare numbers ("numeric")."""
    code = {"gb": "uk"}.get(country, country)
    first = 10_000 + 1000 * COUNTRIES.index(country)
    listed = []
    for at, name in enumerate(lineup_of(country)):
        stem = "".join(char for word in name.replace("+", "Plus").split() for char in word if char.isalnum())
        listed.append(Listed(f"{stem}.{code}" if style == "named" else str(first + at), (name,)))
    return listed
