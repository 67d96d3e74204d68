PRAGMA application_id = 1380336450;
BEGIN TRANSACTION;
CREATE TABLE audit (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (school_id, id)
);
CREATE TABLE badge (
    school_id TEXT NOT NULL,
    key TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    state TEXT NOT NULL,
    last4 TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, key)
) WITHOUT ROWID;
INSERT INTO "badge" VALUES('demo','312f3429999e70a8bcddf19576e333ef','94de79b6-a873-540f-adb3-c9b1ac91cf5e','active','0000',1);
INSERT INTO "badge" VALUES('demo','7a324dc68c79d6b4aa0e9dc0125d6acf','2af48659-ed77-51c5-9128-4f9429fc4ad2','active','0005',1);
INSERT INTO "badge" VALUES('demo','a02620c67c2dd5f16ada93e0d4a83852','c75d3797-8508-5a2b-84aa-600bce751050','active','0003',1);
CREATE TABLE booking (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (school_id, id)
);
INSERT INTO "booking" VALUES('demo','244e84a9-67f4-55c4-810f-819dbc17f931','order.reserved','2026-11-15T10:00:00.000Z','04abc40e-d926-58a9-859a-3a04c8f71daa');
INSERT INTO "booking" VALUES('demo','776a3d6c-e52f-584b-bd23-84ac4a3ff3a9','order.collected','2026-11-19T10:00:00.000Z','04abc40e-d926-58a9-859a-3a04c8f71daa');
INSERT INTO "booking" VALUES('demo','d986d332-2f8c-51f3-be4f-3fd61614448b','order.reserved','2026-11-19T10:00:00.000Z','feb107a1-90d9-56fe-b836-942a029ec4b0');
INSERT INTO "booking" VALUES('demo','a9742924-a235-5fe0-920a-3331ea7224d8','order.collected','2026-11-23T10:00:00.000Z','feb107a1-90d9-56fe-b836-942a029ec4b0');
INSERT INTO "booking" VALUES('demo','62aee1b9-f341-5fba-9c8d-3b5511f387a5','order.reserved','2026-11-20T10:00:00.000Z','e86621c2-a022-5127-88c3-744430397601');
INSERT INTO "booking" VALUES('demo','50c21f91-ca43-5f60-b102-89c0797bb285','order.reserved','2026-11-20T10:00:00.000Z','b3e9ab06-8e43-56ef-b3a3-99e3af48dbe9');
INSERT INTO "booking" VALUES('demo','80ffba45-229a-5ddf-8f57-4a1c3156420a','order.reserved','2026-11-20T10:00:00.000Z','cd2b0cb4-62de-58a9-9140-a288a79846ff');
INSERT INTO "booking" VALUES('demo','151e4c6d-366b-567c-9f9b-824461d49333','order.reserved','2026-11-20T10:00:00.000Z','95d5c1a2-33ca-5cb4-aa3d-096696bbfb23');
INSERT INTO "booking" VALUES('demo','62b5473c-295b-5bc8-bf19-235b05cfd66a','order.reserved','2026-11-20T10:00:00.000Z','791f52c1-6af4-53fa-a72b-2433d1ecb7a9');
INSERT INTO "booking" VALUES('demo','402f6f77-81e3-5a93-a01a-62c6524057ea','order.reserved','2026-11-20T10:00:00.000Z','640dac03-63b9-56c8-b1e4-9bf79048cfe0');
INSERT INTO "booking" VALUES('demo','27554fe0-a1bf-5551-9aac-f3666ad3b247','order.reserved','2026-11-20T10:00:00.000Z','752fe3a3-e7d8-5a2c-a864-46644864c876');
INSERT INTO "booking" VALUES('demo','7249cce3-8d6e-5264-9d65-a5045d77af8a','order.reserved','2026-11-20T10:00:00.000Z','d67b6a5b-fed4-5520-8ee7-3fe6329bfbfa');
INSERT INTO "booking" VALUES('demo','bd08da09-de98-5e9a-99a0-4f211b0629da','order.reserved','2026-11-20T10:00:00.000Z','4bf6b1c7-d514-56be-a849-21cf1fb4bad0');
INSERT INTO "booking" VALUES('demo','901f53dd-e55a-50ff-b8a6-25b70e0b55d6','topup.opening','2026-11-04T10:00:00.000Z','94de79b6-a873-540f-adb3-c9b1ac91cf5e general');
INSERT INTO "booking" VALUES('demo','1ee87264-8f57-5652-9815-07baec7055b0','order.reserved','2026-11-16T10:00:00.000Z','c3f3dd94-1721-5ac6-87db-b2d012f72dfd');
INSERT INTO "booking" VALUES('demo','a403e822-0a56-5c86-942f-ee03226e626d','order.collected','2026-11-20T10:00:00.000Z','c3f3dd94-1721-5ac6-87db-b2d012f72dfd');
INSERT INTO "booking" VALUES('demo','89cd1e38-04ca-508a-a759-75c6b5a6d464','order.reserved','2026-11-20T10:00:00.000Z','2d2fb408-a5ee-5f89-b6a2-6199e63a664e');
INSERT INTO "booking" VALUES('demo','3bd8effc-7941-5e72-b5af-fde26b7e731e','order.reserved','2026-11-20T10:00:00.000Z','0b6a5b1d-38cd-5343-adfe-d4c76732788e');
INSERT INTO "booking" VALUES('demo','9af58153-c464-5fa2-ac2a-01a2152505f2','order.reserved','2026-11-20T10:00:00.000Z','ed66019a-b74c-5dba-a32e-5fab533b650b');
INSERT INTO "booking" VALUES('demo','6dcef04f-b4d9-5649-8f36-106a56fb77d4','order.reserved','2026-11-20T10:00:00.000Z','c7a8c4c7-54cf-5c9a-8acc-19859f60782e');
INSERT INTO "booking" VALUES('demo','a194c69d-5476-5043-ad29-944c5f994f5a','order.reserved','2026-11-20T10:00:00.000Z','bc65c7a3-761c-5c71-b663-a525582e2976');
INSERT INTO "booking" VALUES('demo','19a73f14-1508-5c54-9d88-c1b305bf7d01','order.reserved','2026-11-20T10:00:00.000Z','9248b854-ab48-5ece-83ad-32fed88ee17b');
INSERT INTO "booking" VALUES('demo','207eb7b7-d579-5e43-9c77-c9ca83ae430b','order.reserved','2026-11-20T10:00:00.000Z','5a972a3c-514d-5cbc-bd1d-dfc73c8a9339');
INSERT INTO "booking" VALUES('demo','bd6f8acd-ba32-5ba2-8c57-b8635031f7d0','topup.opening','2026-11-04T10:00:00.000Z','c75d3797-8508-5a2b-84aa-600bce751050 general');
INSERT INTO "booking" VALUES('demo','52af3379-7698-5aa7-b384-509d1ead6d8b','topup.opening','2026-11-04T10:00:00.000Z','c75d3797-8508-5a2b-84aa-600bce751050 reserve');
INSERT INTO "booking" VALUES('demo','9865ef26-37be-586c-a11f-c13fe5a508d8','order.reserved','2026-11-15T10:00:00.000Z','4ce23815-58a8-59d2-8ed7-f313b80c15b0');
INSERT INTO "booking" VALUES('demo','92f4e12a-d40f-5f45-9dc0-22f6e09c475a','order.collected','2026-11-19T10:00:00.000Z','4ce23815-58a8-59d2-8ed7-f313b80c15b0');
INSERT INTO "booking" VALUES('demo','be1aec65-e34a-5585-ac9e-9dfe8263a114','order.reserved','2026-11-16T10:00:00.000Z','15b5ccd1-5462-58e7-9039-9ae14e2b34d6');
INSERT INTO "booking" VALUES('demo','61f1a3fe-2dab-589b-962a-a96bb60c76df','order.collected','2026-11-20T10:00:00.000Z','15b5ccd1-5462-58e7-9039-9ae14e2b34d6');
INSERT INTO "booking" VALUES('demo','8e6c2934-d726-56d5-9bfe-a2cfe238e9f3','order.reserved','2026-11-20T10:00:00.000Z','c4f90284-5712-5862-972a-8b06eeb4b20a');
INSERT INTO "booking" VALUES('demo','d8dede5f-54db-5b24-ac71-090b2bdbde8f','order.reserved','2026-11-20T10:00:00.000Z','69e33178-1c8a-554a-8968-f48b390c28ac');
INSERT INTO "booking" VALUES('demo','9cc4076d-1b97-5178-a2a3-0e9f94cfa6e4','order.reserved','2026-11-20T10:00:00.000Z','2c044536-d11b-5bd2-b7de-965efed05dab');
INSERT INTO "booking" VALUES('demo','8fe1e82b-2620-521b-b546-c4a59bd693ec','order.reserved','2026-11-20T10:00:00.000Z','51230b14-2a7e-5940-b469-496c877e2e20');
INSERT INTO "booking" VALUES('demo','26a1bbaf-bc72-5388-8d90-da483e56f2fd','order.reserved','2026-11-20T10:00:00.000Z','a442b76c-d652-5743-b885-a6350b3db8d8');
INSERT INTO "booking" VALUES('demo','31bb309e-03f2-596e-8e9b-b6f65a2076d7','order.reserved','2026-11-20T10:00:00.000Z','6dcb9d1a-749d-5ce2-813a-64c5079b5793');
INSERT INTO "booking" VALUES('demo','efbbae34-c85c-504a-bfdf-3aca5e731356','topup.opening','2026-11-04T10:00:00.000Z','2af48659-ed77-51c5-9128-4f9429fc4ad2 general');
CREATE TABLE centre (key TEXT PRIMARY KEY, value BLOB NOT NULL);
INSERT INTO "centre" VALUES('version',X'31');
INSERT INTO "centre" VALUES('signing_key',X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F');
CREATE TABLE enrolment_code (
    school_id TEXT NOT NULL REFERENCES school (id),
    code_hash BLOB NOT NULL UNIQUE,
    terminal_name TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    terminal_id TEXT,
    public_key BLOB,
    PRIMARY KEY (school_id, code_hash)
);
CREATE TABLE event (
    school_id TEXT NOT NULL,
    terminal_id TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    id TEXT,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    body BLOB NOT NULL,
    hash BLOB NOT NULL,
    verdict TEXT NOT NULL,
    flag TEXT,
    received_at TEXT NOT NULL,
    PRIMARY KEY (school_id, terminal_id, epoch, seq)
);
INSERT INTO "event" VALUES('demo','1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11',1,1,'01a20d36-6b80-7d3f-ab3c-9250b797528b','meal.collected','2026-11-24T11:00:00.000Z',X'7B226174223A22323032362D31312D32345431313A30303A30302E3030305A222C226261736973223A7B22637572736F72223A2230222C2269735F6F6E6C696E65223A66616C73652C22706F6C696379223A317D2C22626F6F74223A22626F6F742D31222C2264617461223A7B226173737572616E6365223A312C226261646765223A223331326633343239393939653730613862636464663139353736653333336566222C22646179223A22323032362D31312D3234222C226F72646572223A2265383636323163322D613032322D353132372D383863332D373434343330333937363031222C2270726963655F63656E7473223A3435302C2270726F64756374223A227665676574617269616E2D34222C22707570696C223A2239346465373962362D613837332D353430662D616462332D633962316163393163663565222C2272656365697074223A317D2C2265706F6368223A312C226964223A2230316132306433362D366238302D376433662D616233632D393235306237393735323862222C226B696E64223A226D65616C2E636F6C6C6563746564222C226D6F6E6F5F6D73223A313030302C22736571223A312C2273796E636564223A747275657D',X'F3255B3ED6D7099899A9DFD262E030F1BAE437A5DFD11B85C774E7C2744012DC','accepted',NULL,'2026-11-24T11:00:00.000Z');
INSERT INTO "event" VALUES('demo','1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11',1,2,'01a20d36-6b80-7963-a321-a461b55e7bea','meal.collected','2026-11-24T11:00:00.000Z',X'7B226174223A22323032362D31312D32345431313A30303A30302E3030305A222C226261736973223A7B22637572736F72223A2230222C2269735F6F6E6C696E65223A66616C73652C22706F6C696379223A317D2C22626F6F74223A22626F6F742D31222C2264617461223A7B226173737572616E6365223A312C226261646765223A226130323632306336376332646435663136616461393365306434613833383532222C22646179223A22323032362D31312D3234222C226F72646572223A2232643266623430382D613565652D356638392D623661322D363139396536336136363465222C2270726963655F63656E7473223A3435302C2270726F64756374223A227665676574617269616E2D34222C22707570696C223A2263373564333739372D383530382D356132622D383461612D363030626365373531303530222C2272656365697074223A327D2C2265706F6368223A312C226964223A2230316132306433362D366238302D373936332D613332312D613436316235356537626561222C226B696E64223A226D65616C2E636F6C6C6563746564222C226D6F6E6F5F6D73223A323030302C22736571223A322C2273796E636564223A747275657D',X'D4EC1A607C0447C4CEBA954C1F2B3888859B7B7212C7AC69046105DCB340DBD6','accepted',NULL,'2026-11-24T11:00:00.000Z');
INSERT INTO "event" VALUES('demo','1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11',1,3,'01a20d36-6b80-7d80-9a9a-9e925b792fa0','meal.collected','2026-11-24T11:00:00.000Z',X'7B226174223A22323032362D31312D32345431313A30303A30302E3030305A222C226261736973223A7B22637572736F72223A2230222C2269735F6F6E6C696E65223A66616C73652C22706F6C696379223A317D2C22626F6F74223A22626F6F742D31222C2264617461223A7B226173737572616E6365223A312C226261646765223A223331326633343239393939653730613862636464663139353736653333336566222C22646179223A22323032362D31312D3234222C226F72646572223A2265383636323163322D613032322D353132372D383863332D373434343330333937363031222C2270726963655F63656E7473223A3435302C2270726F64756374223A227665676574617269616E2D34222C22707570696C223A2239346465373962362D613837332D353430662D616462332D633962316163393163663565222C2272656365697074223A317D2C2265706F6368223A312C226964223A2230316132306433362D366238302D376438302D396139612D396539323562373932666130222C226B696E64223A226D65616C2E636F6C6C6563746564222C226D6F6E6F5F6D73223A333030302C22736571223A332C2273796E636564223A747275657D',X'70EF747F79529918B8817B4F00504A1CD8405BC8C63C1B135BA9B4364372F405','accepted','double_collection','2026-11-24T11:00:00.000Z');
INSERT INTO "event" VALUES('demo','1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11',1,4,'01a20d36-6b80-7db8-b294-d97fc610089b','sale.made','2026-11-24T11:00:00.000Z',X'7B226174223A22323032362D31312D32345431313A30303A30302E3030305A222C226261736973223A7B22637572736F72223A2230222C2269735F6F6E6C696E65223A66616C73652C22706F6C696379223A317D2C22626F6F74223A22626F6F742D31222C2264617461223A7B226173737572616E6365223A312C226261646765223A223331326633343239393939653730613862636464663139353736653333336566222C22646179223A22323032362D31312D3234222C2269735F77616C6B5F696E223A66616C73652C226C696E6573223A5B7B2263617465676F7279223A226472696E6B222C2270726F64756374223A226C656D6F6E616465222C227175616E74697479223A312C22756E69745F70726963655F63656E7473223A3135302C227661745F63656E7473223A382C227661745F7065726D696C6C65223A36307D5D2C2270726963655F636C617373223A22707570696C222C22707570696C223A2239346465373962362D613837332D353430662D616462332D633962316163393163663565222C2272656365697074223A342C22746F74616C5F63656E7473223A3135307D2C2265706F6368223A312C226964223A2230316132306433362D366238302D376462382D623239342D643937666336313030383962222C226B696E64223A2273616C652E6D616465222C226D6F6E6F5F6D73223A343030302C22736571223A342C2273796E636564223A747275657D',X'993858B771B45D9C84FDDFAD449BEDBFCA6F9EBD1BB9CB38B01A884FC013B804','accepted',NULL,'2026-11-24T11:00:00.000Z');
CREATE TABLE exception (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL,
    terminal_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    flag TEXT NOT NULL,
    detail TEXT NOT NULL,
    raised_at TEXT NOT NULL,
    settled_at TEXT,
    settled_by TEXT,
    resolution TEXT,
    PRIMARY KEY (school_id, id)
);
INSERT INTO "exception" VALUES('demo','01a20d36-6b80-7d80-9a9a-9e925b792fa0.double_collection','1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11','01a20d36-6b80-7d80-9a9a-9e925b792fa0','double_collection','this meal was collected before','2026-11-24T11:00:00.000Z',NULL,NULL,NULL);
CREATE TABLE leg (
    school_id TEXT NOT NULL,
    booking_id TEXT NOT NULL,
    name TEXT NOT NULL,
    account TEXT NOT NULL,
    owner TEXT NOT NULL,
    cents BIGINT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (school_id, booking_id, name)
) WITHOUT ROWID;
INSERT INTO "leg" VALUES('demo','01a20d36-6b80-7963-a321-a461b55e7bea','source','meals.prepaid','',-450,'2026-11-24T11:00:00.000Z');
INSERT INTO "leg" VALUES('demo','01a20d36-6b80-7963-a321-a461b55e7bea','target','meals.served','',450,'2026-11-24T11:00:00.000Z');
INSERT INTO "leg" VALUES('demo','01a20d36-6b80-7d3f-ab3c-9250b797528b','source','meals.prepaid','',-450,'2026-11-24T11:00:00.000Z');
INSERT INTO "leg" VALUES('demo','01a20d36-6b80-7d3f-ab3c-9250b797528b','target','meals.served','',450,'2026-11-24T11:00:00.000Z');
INSERT INTO "leg" VALUES('demo','01a20d36-6b80-7d80-9a9a-9e925b792fa0','source','exceptions','',-450,'2026-11-24T11:00:00.000Z');
INSERT INTO "leg" VALUES('demo','01a20d36-6b80-7d80-9a9a-9e925b792fa0','target','meals.served','',450,'2026-11-24T11:00:00.000Z');
INSERT INTO "leg" VALUES('demo','01a20d36-6b80-7db8-b294-d97fc610089b','line.0','sales','drink',150,'2026-11-24T11:00:00.000Z');
INSERT INTO "leg" VALUES('demo','01a20d36-6b80-7db8-b294-d97fc610089b','wallet','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-150,'2026-11-24T11:00:00.000Z');
INSERT INTO "leg" VALUES('demo','151e4c6d-366b-567c-9f9b-824461d49333','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','151e4c6d-366b-567c-9f9b-824461d49333','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','19a73f14-1508-5c54-9d88-c1b305bf7d01','source','wallet.general','c75d3797-8508-5a2b-84aa-600bce751050',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','19a73f14-1508-5c54-9d88-c1b305bf7d01','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','1ee87264-8f57-5652-9815-07baec7055b0','source','wallet.general','c75d3797-8508-5a2b-84aa-600bce751050',-450,'2026-11-16T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','1ee87264-8f57-5652-9815-07baec7055b0','target','meals.prepaid','',450,'2026-11-16T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','207eb7b7-d579-5e43-9c77-c9ca83ae430b','source','wallet.general','c75d3797-8508-5a2b-84aa-600bce751050',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','207eb7b7-d579-5e43-9c77-c9ca83ae430b','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','244e84a9-67f4-55c4-810f-819dbc17f931','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-15T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','244e84a9-67f4-55c4-810f-819dbc17f931','target','meals.prepaid','',450,'2026-11-15T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','26a1bbaf-bc72-5388-8d90-da483e56f2fd','source','wallet.general','2af48659-ed77-51c5-9128-4f9429fc4ad2',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','26a1bbaf-bc72-5388-8d90-da483e56f2fd','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','27554fe0-a1bf-5551-9aac-f3666ad3b247','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','27554fe0-a1bf-5551-9aac-f3666ad3b247','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','31bb309e-03f2-596e-8e9b-b6f65a2076d7','source','wallet.general','2af48659-ed77-51c5-9128-4f9429fc4ad2',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','31bb309e-03f2-596e-8e9b-b6f65a2076d7','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','3bd8effc-7941-5e72-b5af-fde26b7e731e','source','wallet.general','c75d3797-8508-5a2b-84aa-600bce751050',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','3bd8effc-7941-5e72-b5af-fde26b7e731e','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','402f6f77-81e3-5a93-a01a-62c6524057ea','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','402f6f77-81e3-5a93-a01a-62c6524057ea','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','50c21f91-ca43-5f60-b102-89c0797bb285','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','50c21f91-ca43-5f60-b102-89c0797bb285','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','52af3379-7698-5aa7-b384-509d1ead6d8b','source','bank','',-1500,'2026-11-04T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','52af3379-7698-5aa7-b384-509d1ead6d8b','target','wallet.reserve','c75d3797-8508-5a2b-84aa-600bce751050',1500,'2026-11-04T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','61f1a3fe-2dab-589b-962a-a96bb60c76df','source','meals.prepaid','',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','61f1a3fe-2dab-589b-962a-a96bb60c76df','target','meals.served','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','62aee1b9-f341-5fba-9c8d-3b5511f387a5','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','62aee1b9-f341-5fba-9c8d-3b5511f387a5','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','62b5473c-295b-5bc8-bf19-235b05cfd66a','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','62b5473c-295b-5bc8-bf19-235b05cfd66a','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','6dcef04f-b4d9-5649-8f36-106a56fb77d4','source','wallet.general','c75d3797-8508-5a2b-84aa-600bce751050',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','6dcef04f-b4d9-5649-8f36-106a56fb77d4','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','7249cce3-8d6e-5264-9d65-a5045d77af8a','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','7249cce3-8d6e-5264-9d65-a5045d77af8a','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','776a3d6c-e52f-584b-bd23-84ac4a3ff3a9','source','meals.prepaid','',-450,'2026-11-19T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','776a3d6c-e52f-584b-bd23-84ac4a3ff3a9','target','meals.served','',450,'2026-11-19T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','80ffba45-229a-5ddf-8f57-4a1c3156420a','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','80ffba45-229a-5ddf-8f57-4a1c3156420a','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','89cd1e38-04ca-508a-a759-75c6b5a6d464','source','wallet.general','c75d3797-8508-5a2b-84aa-600bce751050',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','89cd1e38-04ca-508a-a759-75c6b5a6d464','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','8e6c2934-d726-56d5-9bfe-a2cfe238e9f3','source','wallet.general','2af48659-ed77-51c5-9128-4f9429fc4ad2',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','8e6c2934-d726-56d5-9bfe-a2cfe238e9f3','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','8fe1e82b-2620-521b-b546-c4a59bd693ec','source','wallet.general','2af48659-ed77-51c5-9128-4f9429fc4ad2',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','8fe1e82b-2620-521b-b546-c4a59bd693ec','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','901f53dd-e55a-50ff-b8a6-25b70e0b55d6','source','bank','',-6100,'2026-11-04T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','901f53dd-e55a-50ff-b8a6-25b70e0b55d6','target','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',6100,'2026-11-04T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','92f4e12a-d40f-5f45-9dc0-22f6e09c475a','source','meals.prepaid','',-450,'2026-11-19T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','92f4e12a-d40f-5f45-9dc0-22f6e09c475a','target','meals.served','',450,'2026-11-19T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','9865ef26-37be-586c-a11f-c13fe5a508d8','source','wallet.general','2af48659-ed77-51c5-9128-4f9429fc4ad2',-450,'2026-11-15T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','9865ef26-37be-586c-a11f-c13fe5a508d8','target','meals.prepaid','',450,'2026-11-15T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','9af58153-c464-5fa2-ac2a-01a2152505f2','source','wallet.general','c75d3797-8508-5a2b-84aa-600bce751050',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','9af58153-c464-5fa2-ac2a-01a2152505f2','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','9cc4076d-1b97-5178-a2a3-0e9f94cfa6e4','source','wallet.general','2af48659-ed77-51c5-9128-4f9429fc4ad2',-350,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','9cc4076d-1b97-5178-a2a3-0e9f94cfa6e4','target','meals.prepaid','',350,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','a194c69d-5476-5043-ad29-944c5f994f5a','source','wallet.general','c75d3797-8508-5a2b-84aa-600bce751050',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','a194c69d-5476-5043-ad29-944c5f994f5a','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','a403e822-0a56-5c86-942f-ee03226e626d','source','meals.prepaid','',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','a403e822-0a56-5c86-942f-ee03226e626d','target','meals.served','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','a9742924-a235-5fe0-920a-3331ea7224d8','source','meals.prepaid','',-450,'2026-11-23T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','a9742924-a235-5fe0-920a-3331ea7224d8','target','meals.served','',450,'2026-11-23T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','bd08da09-de98-5e9a-99a0-4f211b0629da','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','bd08da09-de98-5e9a-99a0-4f211b0629da','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','bd6f8acd-ba32-5ba2-8c57-b8635031f7d0','source','bank','',-8650,'2026-11-04T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','bd6f8acd-ba32-5ba2-8c57-b8635031f7d0','target','wallet.general','c75d3797-8508-5a2b-84aa-600bce751050',8650,'2026-11-04T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','be1aec65-e34a-5585-ac9e-9dfe8263a114','source','wallet.general','2af48659-ed77-51c5-9128-4f9429fc4ad2',-450,'2026-11-16T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','be1aec65-e34a-5585-ac9e-9dfe8263a114','target','meals.prepaid','',450,'2026-11-16T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','d8dede5f-54db-5b24-ac71-090b2bdbde8f','source','wallet.general','2af48659-ed77-51c5-9128-4f9429fc4ad2',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','d8dede5f-54db-5b24-ac71-090b2bdbde8f','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','d986d332-2f8c-51f3-be4f-3fd61614448b','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-19T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','d986d332-2f8c-51f3-be4f-3fd61614448b','target','meals.prepaid','',450,'2026-11-19T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','efbbae34-c85c-504a-bfdf-3aca5e731356','source','bank','',-8600,'2026-11-04T10:00:00.000Z');
INSERT INTO "leg" VALUES('demo','efbbae34-c85c-504a-bfdf-3aca5e731356','target','wallet.general','2af48659-ed77-51c5-9128-4f9429fc4ad2',8600,'2026-11-04T10:00:00.000Z');
CREATE TABLE meal_order (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    day TEXT NOT NULL,
    product_id TEXT NOT NULL,
    price_cents BIGINT NOT NULL,
    state TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, id)
) WITHOUT ROWID;
INSERT INTO "meal_order" VALUES('demo','04abc40e-d926-58a9-859a-3a04c8f71daa','94de79b6-a873-540f-adb3-c9b1ac91cf5e','2026-11-19','vegetarian-1',450,'collected',1);
INSERT INTO "meal_order" VALUES('demo','0b6a5b1d-38cd-5343-adfe-d4c76732788e','c75d3797-8508-5a2b-84aa-600bce751050','2026-11-26','vegetarian-1',450,'reserved',1);
INSERT INTO "meal_order" VALUES('demo','15b5ccd1-5462-58e7-9039-9ae14e2b34d6','2af48659-ed77-51c5-9128-4f9429fc4ad2','2026-11-20','main-2',450,'collected',1);
INSERT INTO "meal_order" VALUES('demo','2c044536-d11b-5bd2-b7de-965efed05dab','2af48659-ed77-51c5-9128-4f9429fc4ad2','2026-11-26','sandwich',350,'reserved',1);
INSERT INTO "meal_order" VALUES('demo','2d2fb408-a5ee-5f89-b6a2-6199e63a664e','c75d3797-8508-5a2b-84aa-600bce751050','2026-11-24','vegetarian-4',450,'collected',2);
INSERT INTO "meal_order" VALUES('demo','4bf6b1c7-d514-56be-a849-21cf1fb4bad0','94de79b6-a873-540f-adb3-c9b1ac91cf5e','2026-12-07','vegetarian-3',450,'reserved',1);
INSERT INTO "meal_order" VALUES('demo','4ce23815-58a8-59d2-8ed7-f313b80c15b0','2af48659-ed77-51c5-9128-4f9429fc4ad2','2026-11-19','main-1',450,'collected',1);
INSERT INTO "meal_order" VALUES('demo','51230b14-2a7e-5940-b469-496c877e2e20','2af48659-ed77-51c5-9128-4f9429fc4ad2','2026-11-30','vegetarian-3',450,'reserved',1);
INSERT INTO "meal_order" VALUES('demo','5a972a3c-514d-5cbc-bd1d-dfc73c8a9339','c75d3797-8508-5a2b-84aa-600bce751050','2026-12-04','vegetarian-2',450,'reserved',1);
INSERT INTO "meal_order" VALUES('demo','640dac03-63b9-56c8-b1e4-9bf79048cfe0','94de79b6-a873-540f-adb3-c9b1ac91cf5e','2026-12-01','vegetarian-4',450,'reserved',1);
INSERT INTO "meal_order" VALUES('demo','69e33178-1c8a-554a-8968-f48b390c28ac','2af48659-ed77-51c5-9128-4f9429fc4ad2','2026-11-25','main-5',450,'reserved',1);
INSERT INTO "meal_order" VALUES('demo','6dcb9d1a-749d-5ce2-813a-64c5079b5793','2af48659-ed77-51c5-9128-4f9429fc4ad2','2026-12-04','vegetarian-2',450,'reserved',1);
INSERT INTO "meal_order" VALUES('demo','752fe3a3-e7d8-5a2c-a864-46644864c876','94de79b6-a873-540f-adb3-c9b1ac91cf5e','2026-12-02','vegetarian-5',450,'reserved',1);
INSERT INTO "meal_order" VALUES('demo','791f52c1-6af4-53fa-a72b-2433d1ecb7a9','94de79b6-a873-540f-adb3-c9b1ac91cf5e','2026-11-30','vegetarian-3',450,'reserved',1);
INSERT INTO "meal_order" VALUES('demo','9248b854-ab48-5ece-83ad-32fed88ee17b','c75d3797-8508-5a2b-84aa-600bce751050','2026-12-03','vegetarian-1',450,'reserved',1);
INSERT INTO "meal_order" VALUES('demo','95d5c1a2-33ca-5cb4-aa3d-096696bbfb23','94de79b6-a873-540f-adb3-c9b1ac91cf5e','2026-11-27','vegetarian-2',450,'reserved',1);
INSERT INTO "meal_order" VALUES('demo','a442b76c-d652-5743-b885-a6350b3db8d8','2af48659-ed77-51c5-9128-4f9429fc4ad2','2026-12-02','main-10',450,'reserved',1);
INSERT INTO "meal_order" VALUES('demo','b3e9ab06-8e43-56ef-b3a3-99e3af48dbe9','94de79b6-a873-540f-adb3-c9b1ac91cf5e','2026-11-25','vegetarian-5',450,'reserved',1);
INSERT INTO "meal_order" VALUES('demo','bc65c7a3-761c-5c71-b663-a525582e2976','c75d3797-8508-5a2b-84aa-600bce751050','2026-12-02','vegetarian-5',450,'reserved',1);
INSERT INTO "meal_order" VALUES('demo','c3f3dd94-1721-5ac6-87db-b2d012f72dfd','c75d3797-8508-5a2b-84aa-600bce751050','2026-11-20','vegetarian-2',450,'collected',1);
INSERT INTO "meal_order" VALUES('demo','c4f90284-5712-5862-972a-8b06eeb4b20a','2af48659-ed77-51c5-9128-4f9429fc4ad2','2026-11-24','main-4',450,'reserved',1);
INSERT INTO "meal_order" VALUES('demo','c7a8c4c7-54cf-5c9a-8acc-19859f60782e','c75d3797-8508-5a2b-84aa-600bce751050','2026-12-01','vegetarian-4',450,'reserved',1);
INSERT INTO "meal_order" VALUES('demo','cd2b0cb4-62de-58a9-9140-a288a79846ff','94de79b6-a873-540f-adb3-c9b1ac91cf5e','2026-11-26','vegetarian-1',450,'reserved',1);
INSERT INTO "meal_order" VALUES('demo','d67b6a5b-fed4-5520-8ee7-3fe6329bfbfa','94de79b6-a873-540f-adb3-c9b1ac91cf5e','2026-12-03','vegetarian-1',450,'reserved',1);
INSERT INTO "meal_order" VALUES('demo','e86621c2-a022-5127-88c3-744430397601','94de79b6-a873-540f-adb3-c9b1ac91cf5e','2026-11-24','vegetarian-4',450,'collected',2);
INSERT INTO "meal_order" VALUES('demo','ed66019a-b74c-5dba-a32e-5fab533b650b','c75d3797-8508-5a2b-84aa-600bce751050','2026-11-30','vegetarian-3',450,'reserved',1);
INSERT INTO "meal_order" VALUES('demo','feb107a1-90d9-56fe-b836-942a029ec4b0','94de79b6-a873-540f-adb3-c9b1ac91cf5e','2026-11-23','vegetarian-3',450,'collected',1);
CREATE TABLE menu (
    school_id TEXT NOT NULL,
    day TEXT NOT NULL,
    product_id TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, day, product_id)
);
INSERT INTO "menu" VALUES('demo','2026-11-19','main-1',1);
INSERT INTO "menu" VALUES('demo','2026-11-19','vegetarian-1',1);
INSERT INTO "menu" VALUES('demo','2026-11-19','sandwich',1);
INSERT INTO "menu" VALUES('demo','2026-11-20','main-2',1);
INSERT INTO "menu" VALUES('demo','2026-11-20','vegetarian-2',1);
INSERT INTO "menu" VALUES('demo','2026-11-20','sandwich',1);
INSERT INTO "menu" VALUES('demo','2026-11-23','main-3',1);
INSERT INTO "menu" VALUES('demo','2026-11-23','vegetarian-3',1);
INSERT INTO "menu" VALUES('demo','2026-11-23','sandwich',1);
INSERT INTO "menu" VALUES('demo','2026-11-24','main-4',1);
INSERT INTO "menu" VALUES('demo','2026-11-24','vegetarian-4',1);
INSERT INTO "menu" VALUES('demo','2026-11-24','sandwich',1);
INSERT INTO "menu" VALUES('demo','2026-11-25','main-5',1);
INSERT INTO "menu" VALUES('demo','2026-11-25','vegetarian-5',1);
INSERT INTO "menu" VALUES('demo','2026-11-25','sandwich',1);
INSERT INTO "menu" VALUES('demo','2026-11-26','main-6',1);
INSERT INTO "menu" VALUES('demo','2026-11-26','vegetarian-1',1);
INSERT INTO "menu" VALUES('demo','2026-11-26','sandwich',1);
INSERT INTO "menu" VALUES('demo','2026-11-27','main-7',1);
INSERT INTO "menu" VALUES('demo','2026-11-27','vegetarian-2',1);
INSERT INTO "menu" VALUES('demo','2026-11-27','sandwich',1);
INSERT INTO "menu" VALUES('demo','2026-11-30','main-8',1);
INSERT INTO "menu" VALUES('demo','2026-11-30','vegetarian-3',1);
INSERT INTO "menu" VALUES('demo','2026-11-30','sandwich',1);
INSERT INTO "menu" VALUES('demo','2026-12-01','main-9',1);
INSERT INTO "menu" VALUES('demo','2026-12-01','vegetarian-4',1);
INSERT INTO "menu" VALUES('demo','2026-12-01','sandwich',1);
INSERT INTO "menu" VALUES('demo','2026-12-02','main-10',1);
INSERT INTO "menu" VALUES('demo','2026-12-02','vegetarian-5',1);
INSERT INTO "menu" VALUES('demo','2026-12-02','sandwich',1);
INSERT INTO "menu" VALUES('demo','2026-12-03','main-1',1);
INSERT INTO "menu" VALUES('demo','2026-12-03','vegetarian-1',1);
INSERT INTO "menu" VALUES('demo','2026-12-03','sandwich',1);
INSERT INTO "menu" VALUES('demo','2026-12-04','main-2',1);
INSERT INTO "menu" VALUES('demo','2026-12-04','vegetarian-2',1);
INSERT INTO "menu" VALUES('demo','2026-12-04','sandwich',1);
INSERT INTO "menu" VALUES('demo','2026-12-07','main-3',1);
INSERT INTO "menu" VALUES('demo','2026-12-07','vegetarian-3',1);
INSERT INTO "menu" VALUES('demo','2026-12-07','sandwich',1);
CREATE TABLE product (
    school_id TEXT NOT NULL REFERENCES school (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    category TEXT NOT NULL,
    vat_permille BIGINT NOT NULL,
    allergens TEXT NOT NULL,
    pupil_cents BIGINT NOT NULL,
    reduced_cents BIGINT,
    teacher_cents BIGINT,
    guest_cents BIGINT,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, id)
);
INSERT INTO "product" VALUES('demo','main-1','Boulets sauce lapin, frites','meal',60,'gluten,eggs,mustard',450,300,600,750,1);
INSERT INTO "product" VALUES('demo','main-2','Vol-au-vent, riz','meal',60,'gluten,milk,celery',450,300,600,750,1);
INSERT INTO "product" VALUES('demo','main-3','Filet de cabillaud, purée','meal',60,'fish,milk',450,300,600,750,1);
INSERT INTO "product" VALUES('demo','main-4','Spaghetti bolognaise','meal',60,'gluten,milk,celery',450,300,600,750,1);
INSERT INTO "product" VALUES('demo','main-5','Carbonnades, pommes vapeur','meal',60,'gluten,mustard,sulphites',450,300,600,750,1);
INSERT INTO "product" VALUES('demo','main-6','Chicons au gratin','meal',60,'gluten,milk,sulphites',450,300,600,750,1);
INSERT INTO "product" VALUES('demo','main-7','Stoemp, saucisse','meal',60,'milk,sulphites',450,300,600,750,1);
INSERT INTO "product" VALUES('demo','main-8','Poulet curry, riz basmati','meal',60,'milk,celery,mustard',450,300,600,750,1);
INSERT INTO "product" VALUES('demo','main-9','Waterzooi de volaille','meal',60,'eggs,milk,celery',450,300,600,750,1);
INSERT INTO "product" VALUES('demo','main-10','Lasagne maison','meal',60,'gluten,eggs,milk',450,300,600,750,1);
INSERT INTO "product" VALUES('demo','vegetarian-1','Dahl de lentilles, riz','meal',60,'celery',450,300,600,750,1);
INSERT INTO "product" VALUES('demo','vegetarian-2','Quiche aux poireaux','meal',60,'gluten,eggs,milk',450,300,600,750,1);
INSERT INTO "product" VALUES('demo','vegetarian-3','Wok de légumes au tofu','meal',60,'soybeans,sesame',450,300,600,750,1);
INSERT INTO "product" VALUES('demo','vegetarian-4','Gnocchis à la tomate','meal',60,'gluten,milk',450,300,600,750,1);
INSERT INTO "product" VALUES('demo','vegetarian-5','Chili sin carne','meal',60,'',450,300,600,750,1);
INSERT INTO "product" VALUES('demo','sandwich','Sandwich jambon-fromage','sandwich',60,'gluten,milk',350,250,420,480,1);
INSERT INTO "product" VALUES('demo','soup','Potage du jour','other',60,'celery',100,NULL,NULL,NULL,1);
INSERT INTO "product" VALUES('demo','water','Eau 50 cl','drink',60,'',100,NULL,NULL,NULL,1);
INSERT INTO "product" VALUES('demo','lemonade','Limonade 33 cl','drink',60,'',150,NULL,NULL,NULL,1);
INSERT INTO "product" VALUES('demo','apple','Pomme','snack',60,'',60,NULL,NULL,NULL,1);
INSERT INTO "product" VALUES('demo','waffle','Gaufre','snack',60,'gluten,eggs,milk',180,NULL,NULL,NULL,1);
INSERT INTO "product" VALUES('demo','badge','Badge de remplacement','other',210,'',500,NULL,NULL,NULL,1);
CREATE TABLE pupil (
    school_id TEXT NOT NULL REFERENCES school (id),
    id TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    class_name TEXT NOT NULL,
    price_class TEXT NOT NULL,
    allergens TEXT NOT NULL,
    diet TEXT NOT NULL,
    language TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, id)
);
INSERT INTO "pupil" VALUES('demo','94de79b6-a873-540f-adb3-c9b1ac91cf5e','Antoine','Bonnet','1A','pupil','','vegetarian','fr',1);
INSERT INTO "pupil" VALUES('demo','c75d3797-8508-5a2b-84aa-600bce751050','Basile','Quinet','1A','pupil','','vegetarian','fr',1);
INSERT INTO "pupil" VALUES('demo','2af48659-ed77-51c5-9128-4f9429fc4ad2','Clément','Bouchat','1A','pupil','','','fr',1);
CREATE TABLE school (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    number TEXT NOT NULL,
    zone TEXT NOT NULL,
    day_starts_at TEXT NOT NULL,
    orders_close_at TEXT NOT NULL,
    order_days_max BIGINT NOT NULL,
    closed_days TEXT NOT NULL,
    policy TEXT NOT NULL,
    badge_key BLOB NOT NULL,
    cursor BIGINT NOT NULL
);
INSERT INTO "school" VALUES('demo','Institut du Tilleul','Rue de la Fontaine 12, 4999 Exempleville','BE 0123.456.749','Europe/Brussels','00:00:00','09:00:00',15,'','{"version": 1, "walk_in": "sell", "walk_in_product": "main-4", "overdraft_max_cents": 0, "sale_max_cents": 1500, "pupil_offline_max_cents": 3000, "terminal_offline_max_cents": 300000, "terminal_offline_count_max": 2000, "snapshot_warn_s": 14400, "snapshot_stop_s": 86400, "assurance_min_collect": 1, "assurance_min_sale": 1, "print_collected": 1, "print_sales": 1, "answers": "", "settle_max_cents": 0, "takes_cash": 0, "top_up_max_cents": 0, "needs_sign_in": 1}',X'A2B03F39F74EFD7949E693E107FA768F12B626B35B93035C3F3269E0E4C1A603',2);
CREATE TABLE stray_event (
    school_id TEXT NOT NULL,
    terminal_id TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    hash BLOB NOT NULL,
    body BLOB NOT NULL,
    reason TEXT NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (school_id, terminal_id, epoch, seq, hash)
);
CREATE TABLE terminal (
    school_id TEXT NOT NULL REFERENCES school (id),
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    high_epoch BIGINT NOT NULL,
    high_seq BIGINT NOT NULL,
    head_hash BLOB NOT NULL,
    next_epoch BIGINT,
    enrolled_at TEXT NOT NULL,
    last_seen_at TEXT,
    PRIMARY KEY (school_id, id)
);
INSERT INTO "terminal" VALUES('demo','1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11','1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11','active',1,4,X'993858B771B45D9C84FDDFAD449BEDBFCA6F9EBD1BB9CB38B01A884FC013B804',1,'','2026-11-24T11:00:00.000Z');
CREATE TABLE terminal_key (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    terminal_id TEXT NOT NULL,
    public_key BLOB NOT NULL,
    pinned_at TEXT NOT NULL,
    ends_at TEXT,
    revoked_at TEXT,
    PRIMARY KEY (school_id, id)
);
CREATE TABLE wallet (
    school_id TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    general_cents BIGINT NOT NULL,
    reserve_cents BIGINT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, pupil_id)
) WITHOUT ROWID;
INSERT INTO "wallet" VALUES('demo','2af48659-ed77-51c5-9128-4f9429fc4ad2',5100,0,1);
INSERT INTO "wallet" VALUES('demo','94de79b6-a873-540f-adb3-c9b1ac91cf5e',1000,0,2);
INSERT INTO "wallet" VALUES('demo','c75d3797-8508-5a2b-84aa-600bce751050',5050,1500,1);
CREATE UNIQUE INDEX event_id ON event (school_id, id);
CREATE INDEX leg_account ON leg (school_id, owner, account);
CREATE INDEX meal_order_day ON meal_order (school_id, day, pupil_id);
CREATE TRIGGER event_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event rows are never changed'); END;
CREATE TRIGGER event_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event rows are never changed'); END;
CREATE TRIGGER stray_event_update BEFORE UPDATE ON stray_event BEGIN SELECT RAISE(ABORT, 'stray_event rows are never changed'); END;
CREATE TRIGGER stray_event_delete BEFORE DELETE ON stray_event BEGIN SELECT RAISE(ABORT, 'stray_event rows are never changed'); END;
CREATE TRIGGER booking_update BEFORE UPDATE ON booking BEGIN SELECT RAISE(ABORT, 'booking rows are never changed'); END;
CREATE TRIGGER booking_delete BEFORE DELETE ON booking BEGIN SELECT RAISE(ABORT, 'booking rows are never changed'); END;
CREATE TRIGGER leg_update BEFORE UPDATE ON leg BEGIN SELECT RAISE(ABORT, 'leg rows are never changed'); END;
CREATE TRIGGER leg_delete BEFORE DELETE ON leg BEGIN SELECT RAISE(ABORT, 'leg rows are never changed'); END;
CREATE TRIGGER audit_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
CREATE TRIGGER audit_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
COMMIT;
