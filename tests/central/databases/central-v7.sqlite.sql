PRAGMA application_id = 1380336450;
BEGIN TRANSACTION;
CREATE TABLE absence (
    school_id TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    day TEXT NOT NULL,
    state TEXT NOT NULL,
    note TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, pupil_id, day)
);
CREATE TABLE access_code (
    school_id TEXT NOT NULL,
    code_hash BLOB NOT NULL UNIQUE,
    user_name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    PRIMARY KEY (school_id, code_hash)
);
CREATE TABLE activity (
    school_id TEXT NOT NULL REFERENCES school (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    details TEXT NOT NULL,
    place TEXT NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    answer_by TEXT NOT NULL,
    places BIGINT,
    price_cents BIGINT NOT NULL,
    takes_wallet BIGINT NOT NULL,
    state TEXT NOT NULL,
    planned_at TEXT NOT NULL,
    PRIMARY KEY (school_id, id)
);
CREATE TABLE activity_instalment (
    school_id TEXT NOT NULL,
    activity_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    due_on TEXT NOT NULL,
    cents BIGINT NOT NULL,
    PRIMARY KEY (school_id, activity_id, number)
);
CREATE TABLE activity_pupil (
    school_id TEXT NOT NULL,
    activity_id TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    answer TEXT NOT NULL,
    answered_at TEXT,
    answered_by TEXT NOT NULL,
    invoice_id TEXT,
    turns BIGINT NOT NULL,
    PRIMARY KEY (school_id, activity_id, pupil_id)
);
CREATE TABLE appointment (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL,
    evening_id TEXT NOT NULL,
    teacher_id TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    state TEXT NOT NULL,
    booked_at TEXT NOT NULL,
    booked_by TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, id)
);
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
    cursor BIGINT NOT NULL, kind TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (school_id, key)
) WITHOUT ROWID;
INSERT INTO "badge" VALUES('demo','312f3429999e70a8bcddf19576e333ef','94de79b6-a873-540f-adb3-c9b1ac91cf5e','active','0000',1,'iso14443a');
INSERT INTO "badge" VALUES('demo','7a324dc68c79d6b4aa0e9dc0125d6acf','2af48659-ed77-51c5-9128-4f9429fc4ad2','active','0005',1,'iso14443a');
INSERT INTO "badge" VALUES('demo','a02620c67c2dd5f16ada93e0d4a83852','c75d3797-8508-5a2b-84aa-600bce751050','active','0003',1,'iso14443a');
CREATE TABLE badge_history (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL,
    key TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    state TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (school_id, id)
);
CREATE TABLE bank_file (
    school_id TEXT NOT NULL REFERENCES school (id),
    digest TEXT NOT NULL,
    format TEXT NOT NULL,
    name TEXT NOT NULL,
    read_at TEXT NOT NULL,
    who TEXT NOT NULL,
    PRIMARY KEY (school_id, digest)
);
CREATE TABLE bank_line (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL,
    account TEXT NOT NULL,
    booked_on TEXT NOT NULL,
    cents BIGINT NOT NULL,
    reference TEXT NOT NULL,
    format TEXT NOT NULL,
    statement TEXT NOT NULL,
    place TEXT NOT NULL,
    communication TEXT NOT NULL,
    message TEXT NOT NULL,
    payer_account TEXT NOT NULL,
    payer_name TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    pupil_id TEXT,
    read_at TEXT NOT NULL,
    settled_by TEXT,
    settled_at TEXT, invoice_id TEXT, rest_cents BIGINT, other_statement TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (school_id, id)
);
CREATE TABLE booking (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    subject TEXT NOT NULL, who TEXT NOT NULL DEFAULT '', why TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (school_id, id)
);
INSERT INTO "booking" VALUES('demo','244e84a9-67f4-55c4-810f-819dbc17f931','order.reserved','2026-11-15T10:00:00.000Z','04abc40e-d926-58a9-859a-3a04c8f71daa','','');
INSERT INTO "booking" VALUES('demo','776a3d6c-e52f-584b-bd23-84ac4a3ff3a9','order.collected','2026-11-19T10:00:00.000Z','04abc40e-d926-58a9-859a-3a04c8f71daa','','');
INSERT INTO "booking" VALUES('demo','d986d332-2f8c-51f3-be4f-3fd61614448b','order.reserved','2026-11-19T10:00:00.000Z','feb107a1-90d9-56fe-b836-942a029ec4b0','','');
INSERT INTO "booking" VALUES('demo','a9742924-a235-5fe0-920a-3331ea7224d8','order.collected','2026-11-23T10:00:00.000Z','feb107a1-90d9-56fe-b836-942a029ec4b0','','');
INSERT INTO "booking" VALUES('demo','62aee1b9-f341-5fba-9c8d-3b5511f387a5','order.reserved','2026-11-20T10:00:00.000Z','e86621c2-a022-5127-88c3-744430397601','','');
INSERT INTO "booking" VALUES('demo','50c21f91-ca43-5f60-b102-89c0797bb285','order.reserved','2026-11-20T10:00:00.000Z','b3e9ab06-8e43-56ef-b3a3-99e3af48dbe9','','');
INSERT INTO "booking" VALUES('demo','80ffba45-229a-5ddf-8f57-4a1c3156420a','order.reserved','2026-11-20T10:00:00.000Z','cd2b0cb4-62de-58a9-9140-a288a79846ff','','');
INSERT INTO "booking" VALUES('demo','151e4c6d-366b-567c-9f9b-824461d49333','order.reserved','2026-11-20T10:00:00.000Z','95d5c1a2-33ca-5cb4-aa3d-096696bbfb23','','');
INSERT INTO "booking" VALUES('demo','62b5473c-295b-5bc8-bf19-235b05cfd66a','order.reserved','2026-11-20T10:00:00.000Z','791f52c1-6af4-53fa-a72b-2433d1ecb7a9','','');
INSERT INTO "booking" VALUES('demo','402f6f77-81e3-5a93-a01a-62c6524057ea','order.reserved','2026-11-20T10:00:00.000Z','640dac03-63b9-56c8-b1e4-9bf79048cfe0','','');
INSERT INTO "booking" VALUES('demo','27554fe0-a1bf-5551-9aac-f3666ad3b247','order.reserved','2026-11-20T10:00:00.000Z','752fe3a3-e7d8-5a2c-a864-46644864c876','','');
INSERT INTO "booking" VALUES('demo','7249cce3-8d6e-5264-9d65-a5045d77af8a','order.reserved','2026-11-20T10:00:00.000Z','d67b6a5b-fed4-5520-8ee7-3fe6329bfbfa','','');
INSERT INTO "booking" VALUES('demo','bd08da09-de98-5e9a-99a0-4f211b0629da','order.reserved','2026-11-20T10:00:00.000Z','4bf6b1c7-d514-56be-a849-21cf1fb4bad0','','');
INSERT INTO "booking" VALUES('demo','901f53dd-e55a-50ff-b8a6-25b70e0b55d6','topup.opening','2026-11-04T10:00:00.000Z','94de79b6-a873-540f-adb3-c9b1ac91cf5e general','','');
INSERT INTO "booking" VALUES('demo','1ee87264-8f57-5652-9815-07baec7055b0','order.reserved','2026-11-16T10:00:00.000Z','c3f3dd94-1721-5ac6-87db-b2d012f72dfd','','');
INSERT INTO "booking" VALUES('demo','a403e822-0a56-5c86-942f-ee03226e626d','order.collected','2026-11-20T10:00:00.000Z','c3f3dd94-1721-5ac6-87db-b2d012f72dfd','','');
INSERT INTO "booking" VALUES('demo','89cd1e38-04ca-508a-a759-75c6b5a6d464','order.reserved','2026-11-20T10:00:00.000Z','2d2fb408-a5ee-5f89-b6a2-6199e63a664e','','');
INSERT INTO "booking" VALUES('demo','3bd8effc-7941-5e72-b5af-fde26b7e731e','order.reserved','2026-11-20T10:00:00.000Z','0b6a5b1d-38cd-5343-adfe-d4c76732788e','','');
INSERT INTO "booking" VALUES('demo','9af58153-c464-5fa2-ac2a-01a2152505f2','order.reserved','2026-11-20T10:00:00.000Z','ed66019a-b74c-5dba-a32e-5fab533b650b','','');
INSERT INTO "booking" VALUES('demo','6dcef04f-b4d9-5649-8f36-106a56fb77d4','order.reserved','2026-11-20T10:00:00.000Z','c7a8c4c7-54cf-5c9a-8acc-19859f60782e','','');
INSERT INTO "booking" VALUES('demo','a194c69d-5476-5043-ad29-944c5f994f5a','order.reserved','2026-11-20T10:00:00.000Z','bc65c7a3-761c-5c71-b663-a525582e2976','','');
INSERT INTO "booking" VALUES('demo','19a73f14-1508-5c54-9d88-c1b305bf7d01','order.reserved','2026-11-20T10:00:00.000Z','9248b854-ab48-5ece-83ad-32fed88ee17b','','');
INSERT INTO "booking" VALUES('demo','207eb7b7-d579-5e43-9c77-c9ca83ae430b','order.reserved','2026-11-20T10:00:00.000Z','5a972a3c-514d-5cbc-bd1d-dfc73c8a9339','','');
INSERT INTO "booking" VALUES('demo','bd6f8acd-ba32-5ba2-8c57-b8635031f7d0','topup.opening','2026-11-04T10:00:00.000Z','c75d3797-8508-5a2b-84aa-600bce751050 general','','');
INSERT INTO "booking" VALUES('demo','52af3379-7698-5aa7-b384-509d1ead6d8b','topup.opening','2026-11-04T10:00:00.000Z','c75d3797-8508-5a2b-84aa-600bce751050 reserve','','');
INSERT INTO "booking" VALUES('demo','9865ef26-37be-586c-a11f-c13fe5a508d8','order.reserved','2026-11-15T10:00:00.000Z','4ce23815-58a8-59d2-8ed7-f313b80c15b0','','');
INSERT INTO "booking" VALUES('demo','92f4e12a-d40f-5f45-9dc0-22f6e09c475a','order.collected','2026-11-19T10:00:00.000Z','4ce23815-58a8-59d2-8ed7-f313b80c15b0','','');
INSERT INTO "booking" VALUES('demo','be1aec65-e34a-5585-ac9e-9dfe8263a114','order.reserved','2026-11-16T10:00:00.000Z','15b5ccd1-5462-58e7-9039-9ae14e2b34d6','','');
INSERT INTO "booking" VALUES('demo','61f1a3fe-2dab-589b-962a-a96bb60c76df','order.collected','2026-11-20T10:00:00.000Z','15b5ccd1-5462-58e7-9039-9ae14e2b34d6','','');
INSERT INTO "booking" VALUES('demo','8e6c2934-d726-56d5-9bfe-a2cfe238e9f3','order.reserved','2026-11-20T10:00:00.000Z','c4f90284-5712-5862-972a-8b06eeb4b20a','','');
INSERT INTO "booking" VALUES('demo','d8dede5f-54db-5b24-ac71-090b2bdbde8f','order.reserved','2026-11-20T10:00:00.000Z','69e33178-1c8a-554a-8968-f48b390c28ac','','');
INSERT INTO "booking" VALUES('demo','9cc4076d-1b97-5178-a2a3-0e9f94cfa6e4','order.reserved','2026-11-20T10:00:00.000Z','2c044536-d11b-5bd2-b7de-965efed05dab','','');
INSERT INTO "booking" VALUES('demo','8fe1e82b-2620-521b-b546-c4a59bd693ec','order.reserved','2026-11-20T10:00:00.000Z','51230b14-2a7e-5940-b469-496c877e2e20','','');
INSERT INTO "booking" VALUES('demo','26a1bbaf-bc72-5388-8d90-da483e56f2fd','order.reserved','2026-11-20T10:00:00.000Z','a442b76c-d652-5743-b885-a6350b3db8d8','','');
INSERT INTO "booking" VALUES('demo','31bb309e-03f2-596e-8e9b-b6f65a2076d7','order.reserved','2026-11-20T10:00:00.000Z','6dcb9d1a-749d-5ce2-813a-64c5079b5793','','');
INSERT INTO "booking" VALUES('demo','efbbae34-c85c-504a-bfdf-3aca5e731356','topup.opening','2026-11-04T10:00:00.000Z','2af48659-ed77-51c5-9128-4f9429fc4ad2 general','','');
CREATE TABLE centre (key TEXT PRIMARY KEY, value BLOB NOT NULL);
INSERT INTO "centre" VALUES('version',X'37');
INSERT INTO "centre" VALUES('signing_key',X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F');
CREATE TABLE closing (
    school_id TEXT NOT NULL,
    terminal_id TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    number BIGINT NOT NULL,
    day TEXT NOT NULL,
    event_id TEXT NOT NULL,
    differences TEXT NOT NULL,
    receipt BLOB NOT NULL,
    signature BLOB NOT NULL,
    received_at TEXT NOT NULL,
    PRIMARY KEY (school_id, terminal_id, epoch, seq)
);
CREATE TABLE communication (
    school_id TEXT NOT NULL REFERENCES school (id),
    digits TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    school_year TEXT NOT NULL, cursor BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (school_id, digits)
);
CREATE TABLE correction (
    school_id TEXT NOT NULL,
    document_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    place BIGINT NOT NULL,
    pieces BIGINT NOT NULL,
    PRIMARY KEY (school_id, document_id, event_id, place)
);
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
    received_at TEXT NOT NULL, source TEXT, owner TEXT, target_owner TEXT, cents BIGINT,
    PRIMARY KEY (school_id, terminal_id, epoch, seq)
);
INSERT INTO "event" VALUES('demo','1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11',1,1,'01a20d36-6b80-7d3f-ab3c-9250b797528b','meal.collected','2026-11-24T11:00:00.000Z',X'7B226174223A22323032362D31312D32345431313A30303A30302E3030305A222C226261736973223A7B22637572736F72223A2230222C2269735F6F6E6C696E65223A66616C73652C22706F6C696379223A317D2C22626F6F74223A22626F6F742D31222C2264617461223A7B226173737572616E6365223A312C226261646765223A223331326633343239393939653730613862636464663139353736653333336566222C22646179223A22323032362D31312D3234222C226F72646572223A2265383636323163322D613032322D353132372D383863332D373434343330333937363031222C2270726963655F63656E7473223A3435302C2270726F64756374223A227665676574617269616E2D34222C22707570696C223A2239346465373962362D613837332D353430662D616462332D633962316163393163663565222C2272656365697074223A317D2C2265706F6368223A312C226964223A2230316132306433362D366238302D376433662D616233632D393235306237393735323862222C226B696E64223A226D65616C2E636F6C6C6563746564222C226D6F6E6F5F6D73223A313030302C22736571223A312C2273796E636564223A747275657D',X'F3255B3ED6D7099899A9DFD262E030F1BAE437A5DFD11B85C774E7C2744012DC','accepted',NULL,'2026-11-24T11:00:00.000Z','meals.prepaid','','',450);
INSERT INTO "event" VALUES('demo','1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11',1,2,'01a20d36-6b80-7963-a321-a461b55e7bea','meal.collected','2026-11-24T11:00:00.000Z',X'7B226174223A22323032362D31312D32345431313A30303A30302E3030305A222C226261736973223A7B22637572736F72223A2230222C2269735F6F6E6C696E65223A66616C73652C22706F6C696379223A317D2C22626F6F74223A22626F6F742D31222C2264617461223A7B226173737572616E6365223A312C226261646765223A226130323632306336376332646435663136616461393365306434613833383532222C22646179223A22323032362D31312D3234222C226F72646572223A2232643266623430382D613565652D356638392D623661322D363139396536336136363465222C2270726963655F63656E7473223A3435302C2270726F64756374223A227665676574617269616E2D34222C22707570696C223A2263373564333739372D383530382D356132622D383461612D363030626365373531303530222C2272656365697074223A327D2C2265706F6368223A312C226964223A2230316132306433362D366238302D373936332D613332312D613436316235356537626561222C226B696E64223A226D65616C2E636F6C6C6563746564222C226D6F6E6F5F6D73223A323030302C22736571223A322C2273796E636564223A747275657D',X'D4EC1A607C0447C4CEBA954C1F2B3888859B7B7212C7AC69046105DCB340DBD6','accepted',NULL,'2026-11-24T11:00:00.000Z','meals.prepaid','','',450);
INSERT INTO "event" VALUES('demo','1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11',1,3,'01a20d36-6b80-7d80-9a9a-9e925b792fa0','meal.collected','2026-11-24T11:00:00.000Z',X'7B226174223A22323032362D31312D32345431313A30303A30302E3030305A222C226261736973223A7B22637572736F72223A2230222C2269735F6F6E6C696E65223A66616C73652C22706F6C696379223A317D2C22626F6F74223A22626F6F742D31222C2264617461223A7B226173737572616E6365223A312C226261646765223A223331326633343239393939653730613862636464663139353736653333336566222C22646179223A22323032362D31312D3234222C226F72646572223A2265383636323163322D613032322D353132372D383863332D373434343330333937363031222C2270726963655F63656E7473223A3435302C2270726F64756374223A227665676574617269616E2D34222C22707570696C223A2239346465373962362D613837332D353430662D616462332D633962316163393163663565222C2272656365697074223A337D2C2265706F6368223A312C226964223A2230316132306433362D366238302D376438302D396139612D396539323562373932666130222C226B696E64223A226D65616C2E636F6C6C6563746564222C226D6F6E6F5F6D73223A333030302C22736571223A332C2273796E636564223A747275657D',X'A4A623414AE58425F6BF9C93F8A6F0BBF8C4DB24B8EB8CEFA42B6D8CDBFACBD9','accepted','double_collection','2026-11-24T11:00:00.000Z','exceptions','','',450);
INSERT INTO "event" VALUES('demo','1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11',1,4,'01a20d36-6b80-7db8-b294-d97fc610089b','sale.made','2026-11-24T11:00:00.000Z',X'7B226174223A22323032362D31312D32345431313A30303A30302E3030305A222C226261736973223A7B22637572736F72223A2230222C2269735F6F6E6C696E65223A66616C73652C22706F6C696379223A317D2C22626F6F74223A22626F6F742D31222C2264617461223A7B226173737572616E6365223A312C226261646765223A223331326633343239393939653730613862636464663139353736653333336566222C22646179223A22323032362D31312D3234222C2269735F77616C6B5F696E223A66616C73652C226C696E6573223A5B7B2263617465676F7279223A226472696E6B222C2270726F64756374223A226C656D6F6E616465222C227175616E74697479223A312C22756E69745F70726963655F63656E7473223A3135302C227661745F63656E7473223A382C227661745F7065726D696C6C65223A36307D5D2C2270726963655F636C617373223A22707570696C222C22707570696C223A2239346465373962362D613837332D353430662D616462332D633962316163393163663565222C2272656365697074223A342C22746F74616C5F63656E7473223A3135307D2C2265706F6368223A312C226964223A2230316132306433362D366238302D376462382D623239342D643937666336313030383962222C226B696E64223A2273616C652E6D616465222C226D6F6E6F5F6D73223A343030302C22736571223A342C2273796E636564223A747275657D',X'89CA2949C06C3FD91A8DCF0BA6969A5AADBC160DD83E63866B78B989068B2230','accepted',NULL,'2026-11-24T11:00:00.000Z','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e','drink',150);
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
    resolution TEXT, note TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (school_id, id)
);
INSERT INTO "exception" VALUES('demo','01a20d36-6b80-7d80-9a9a-9e925b792fa0.double_collection','1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11','01a20d36-6b80-7d80-9a9a-9e925b792fa0','double_collection','this meal was collected before','2026-11-24T11:00:00.000Z',NULL,NULL,NULL,'');
CREATE TABLE family_mail (
    school_id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    address TEXT NOT NULL,
    word TEXT NOT NULL UNIQUE,
    confirmed_at TEXT,
    has_digest BIGINT NOT NULL,
    told_until TEXT NOT NULL,
    PRIMARY KEY (school_id, user_name)
);
CREATE TABLE family_pupil (
    school_id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    since TEXT NOT NULL,
    PRIMARY KEY (school_id, user_name, pupil_id)
);
CREATE TABLE family_rule (
    school_id TEXT NOT NULL REFERENCES school (id),
    word TEXT NOT NULL,
    is_allowed BIGINT NOT NULL,
    PRIMARY KEY (school_id, word)
);
CREATE TABLE former_pupil (
    school_id TEXT NOT NULL REFERENCES school (id),
    id TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    class_name TEXT NOT NULL,
    left_at TEXT NOT NULL,
    PRIMARY KEY (school_id, id)
);
CREATE TABLE instalment (
    school_id TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    due_on TEXT NOT NULL,
    cents BIGINT NOT NULL,
    PRIMARY KEY (school_id, invoice_id, number)
);
CREATE TABLE invoice (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    activity_id TEXT NOT NULL,
    digits TEXT NOT NULL,
    turn BIGINT NOT NULL,
    made_on TEXT NOT NULL,
    cents BIGINT NOT NULL,
    credited_cents BIGINT NOT NULL,
    paid_cents BIGINT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, id)
);
CREATE TABLE late_arrival (
    school_id TEXT NOT NULL,
    key TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    day TEXT NOT NULL,
    arrived_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    said TEXT NOT NULL,
    event_id TEXT NOT NULL,
    terminal_id TEXT NOT NULL,
    staff TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, key)
);
CREATE TABLE mail (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    queued_at TEXT NOT NULL,
    next_at TEXT NOT NULL,
    tries BIGINT NOT NULL,
    state TEXT NOT NULL,
    fault TEXT NOT NULL,
    PRIMARY KEY (school_id, id)
);
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
CREATE TABLE meeting_attendance (
    school_id TEXT NOT NULL,
    evening_id TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    appointment_id TEXT NOT NULL,
    PRIMARY KEY (school_id, evening_id, starts_at, pupil_id)
);
CREATE TABLE meeting_class (
    school_id TEXT NOT NULL,
    evening_id TEXT NOT NULL,
    class_name TEXT NOT NULL,
    teacher_id TEXT NOT NULL,
    PRIMARY KEY (school_id, evening_id, class_name, teacher_id)
);
CREATE TABLE meeting_evening (
    school_id TEXT NOT NULL REFERENCES school (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    day TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    minutes BIGINT NOT NULL,
    opens_at TEXT NOT NULL,
    closes_at TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (school_id, id)
);
CREATE TABLE meeting_slot (
    school_id TEXT NOT NULL,
    evening_id TEXT NOT NULL,
    teacher_id TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    PRIMARY KEY (school_id, evening_id, teacher_id, starts_at)
);
CREATE TABLE meeting_teacher (
    school_id TEXT NOT NULL,
    evening_id TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    room TEXT NOT NULL,
    PRIMARY KEY (school_id, evening_id, id)
);
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
CREATE TABLE order_request (
    school_id TEXT NOT NULL REFERENCES school (id),
    id TEXT NOT NULL,
    terminal_id TEXT NOT NULL,
    event_id TEXT,
    pupil_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    day TEXT NOT NULL,
    act TEXT NOT NULL,
    product_id TEXT NOT NULL,
    made_at TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    cents BIGINT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, id)
);
CREATE TABLE "posted_leg" (
    school_id TEXT NOT NULL,
    booking_id TEXT NOT NULL,
    name TEXT NOT NULL,
    account TEXT NOT NULL,
    owner TEXT NOT NULL,
    cents BIGINT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (school_id, booking_id, name)
) WITHOUT ROWID;
INSERT INTO "posted_leg" VALUES('demo','151e4c6d-366b-567c-9f9b-824461d49333','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','151e4c6d-366b-567c-9f9b-824461d49333','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','19a73f14-1508-5c54-9d88-c1b305bf7d01','source','wallet.general','c75d3797-8508-5a2b-84aa-600bce751050',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','19a73f14-1508-5c54-9d88-c1b305bf7d01','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','1ee87264-8f57-5652-9815-07baec7055b0','source','wallet.general','c75d3797-8508-5a2b-84aa-600bce751050',-450,'2026-11-16T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','1ee87264-8f57-5652-9815-07baec7055b0','target','meals.prepaid','',450,'2026-11-16T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','207eb7b7-d579-5e43-9c77-c9ca83ae430b','source','wallet.general','c75d3797-8508-5a2b-84aa-600bce751050',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','207eb7b7-d579-5e43-9c77-c9ca83ae430b','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','244e84a9-67f4-55c4-810f-819dbc17f931','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-15T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','244e84a9-67f4-55c4-810f-819dbc17f931','target','meals.prepaid','',450,'2026-11-15T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','26a1bbaf-bc72-5388-8d90-da483e56f2fd','source','wallet.general','2af48659-ed77-51c5-9128-4f9429fc4ad2',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','26a1bbaf-bc72-5388-8d90-da483e56f2fd','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','27554fe0-a1bf-5551-9aac-f3666ad3b247','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','27554fe0-a1bf-5551-9aac-f3666ad3b247','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','31bb309e-03f2-596e-8e9b-b6f65a2076d7','source','wallet.general','2af48659-ed77-51c5-9128-4f9429fc4ad2',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','31bb309e-03f2-596e-8e9b-b6f65a2076d7','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','3bd8effc-7941-5e72-b5af-fde26b7e731e','source','wallet.general','c75d3797-8508-5a2b-84aa-600bce751050',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','3bd8effc-7941-5e72-b5af-fde26b7e731e','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','402f6f77-81e3-5a93-a01a-62c6524057ea','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','402f6f77-81e3-5a93-a01a-62c6524057ea','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','50c21f91-ca43-5f60-b102-89c0797bb285','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','50c21f91-ca43-5f60-b102-89c0797bb285','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','52af3379-7698-5aa7-b384-509d1ead6d8b','source','bank','',-1500,'2026-11-04T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','52af3379-7698-5aa7-b384-509d1ead6d8b','target','wallet.reserve','c75d3797-8508-5a2b-84aa-600bce751050',1500,'2026-11-04T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','61f1a3fe-2dab-589b-962a-a96bb60c76df','source','meals.prepaid','',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','61f1a3fe-2dab-589b-962a-a96bb60c76df','target','meals.served','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','62aee1b9-f341-5fba-9c8d-3b5511f387a5','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','62aee1b9-f341-5fba-9c8d-3b5511f387a5','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','62b5473c-295b-5bc8-bf19-235b05cfd66a','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','62b5473c-295b-5bc8-bf19-235b05cfd66a','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','6dcef04f-b4d9-5649-8f36-106a56fb77d4','source','wallet.general','c75d3797-8508-5a2b-84aa-600bce751050',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','6dcef04f-b4d9-5649-8f36-106a56fb77d4','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','7249cce3-8d6e-5264-9d65-a5045d77af8a','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','7249cce3-8d6e-5264-9d65-a5045d77af8a','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','776a3d6c-e52f-584b-bd23-84ac4a3ff3a9','source','meals.prepaid','',-450,'2026-11-19T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','776a3d6c-e52f-584b-bd23-84ac4a3ff3a9','target','meals.served','',450,'2026-11-19T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','80ffba45-229a-5ddf-8f57-4a1c3156420a','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','80ffba45-229a-5ddf-8f57-4a1c3156420a','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','89cd1e38-04ca-508a-a759-75c6b5a6d464','source','wallet.general','c75d3797-8508-5a2b-84aa-600bce751050',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','89cd1e38-04ca-508a-a759-75c6b5a6d464','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','8e6c2934-d726-56d5-9bfe-a2cfe238e9f3','source','wallet.general','2af48659-ed77-51c5-9128-4f9429fc4ad2',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','8e6c2934-d726-56d5-9bfe-a2cfe238e9f3','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','8fe1e82b-2620-521b-b546-c4a59bd693ec','source','wallet.general','2af48659-ed77-51c5-9128-4f9429fc4ad2',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','8fe1e82b-2620-521b-b546-c4a59bd693ec','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','901f53dd-e55a-50ff-b8a6-25b70e0b55d6','source','bank','',-6100,'2026-11-04T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','901f53dd-e55a-50ff-b8a6-25b70e0b55d6','target','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',6100,'2026-11-04T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','92f4e12a-d40f-5f45-9dc0-22f6e09c475a','source','meals.prepaid','',-450,'2026-11-19T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','92f4e12a-d40f-5f45-9dc0-22f6e09c475a','target','meals.served','',450,'2026-11-19T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','9865ef26-37be-586c-a11f-c13fe5a508d8','source','wallet.general','2af48659-ed77-51c5-9128-4f9429fc4ad2',-450,'2026-11-15T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','9865ef26-37be-586c-a11f-c13fe5a508d8','target','meals.prepaid','',450,'2026-11-15T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','9af58153-c464-5fa2-ac2a-01a2152505f2','source','wallet.general','c75d3797-8508-5a2b-84aa-600bce751050',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','9af58153-c464-5fa2-ac2a-01a2152505f2','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','9cc4076d-1b97-5178-a2a3-0e9f94cfa6e4','source','wallet.general','2af48659-ed77-51c5-9128-4f9429fc4ad2',-350,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','9cc4076d-1b97-5178-a2a3-0e9f94cfa6e4','target','meals.prepaid','',350,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','a194c69d-5476-5043-ad29-944c5f994f5a','source','wallet.general','c75d3797-8508-5a2b-84aa-600bce751050',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','a194c69d-5476-5043-ad29-944c5f994f5a','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','a403e822-0a56-5c86-942f-ee03226e626d','source','meals.prepaid','',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','a403e822-0a56-5c86-942f-ee03226e626d','target','meals.served','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','a9742924-a235-5fe0-920a-3331ea7224d8','source','meals.prepaid','',-450,'2026-11-23T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','a9742924-a235-5fe0-920a-3331ea7224d8','target','meals.served','',450,'2026-11-23T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','bd08da09-de98-5e9a-99a0-4f211b0629da','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','bd08da09-de98-5e9a-99a0-4f211b0629da','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','bd6f8acd-ba32-5ba2-8c57-b8635031f7d0','source','bank','',-8650,'2026-11-04T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','bd6f8acd-ba32-5ba2-8c57-b8635031f7d0','target','wallet.general','c75d3797-8508-5a2b-84aa-600bce751050',8650,'2026-11-04T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','be1aec65-e34a-5585-ac9e-9dfe8263a114','source','wallet.general','2af48659-ed77-51c5-9128-4f9429fc4ad2',-450,'2026-11-16T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','be1aec65-e34a-5585-ac9e-9dfe8263a114','target','meals.prepaid','',450,'2026-11-16T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','d8dede5f-54db-5b24-ac71-090b2bdbde8f','source','wallet.general','2af48659-ed77-51c5-9128-4f9429fc4ad2',-450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','d8dede5f-54db-5b24-ac71-090b2bdbde8f','target','meals.prepaid','',450,'2026-11-20T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','d986d332-2f8c-51f3-be4f-3fd61614448b','source','wallet.general','94de79b6-a873-540f-adb3-c9b1ac91cf5e',-450,'2026-11-19T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','d986d332-2f8c-51f3-be4f-3fd61614448b','target','meals.prepaid','',450,'2026-11-19T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','efbbae34-c85c-504a-bfdf-3aca5e731356','source','bank','',-8600,'2026-11-04T10:00:00.000Z');
INSERT INTO "posted_leg" VALUES('demo','efbbae34-c85c-504a-bfdf-3aca5e731356','target','wallet.general','2af48659-ed77-51c5-9128-4f9429fc4ad2',8600,'2026-11-04T10:00:00.000Z');
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
INSERT INTO "product" VALUES('demo','juice','Jus d''orange','drink',60,'',140,110,160,190,1);
INSERT INTO "product" VALUES('demo','coffee','Café','drink',120,'',120,120,100,150,1);
INSERT INTO "product" VALUES('demo','apple','Pomme','snack',60,'',60,NULL,NULL,NULL,1);
INSERT INTO "product" VALUES('demo','waffle','Gaufre','snack',60,'gluten,eggs,milk',180,NULL,NULL,NULL,1);
INSERT INTO "product" VALUES('demo','yoghurt','Yaourt nature','snack',60,'milk',90,60,110,130,1);
INSERT INTO "product" VALUES('demo','mousse','Mousse au chocolat','snack',120,'eggs,milk',160,110,190,220,1);
INSERT INTO "product" VALUES('demo','notebook','Cahier A5','other',210,'',220,NULL,NULL,NULL,1);
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
CREATE TABLE pupil_bought (
    school_id TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    day TEXT NOT NULL,
    product_id TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    cents BIGINT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, pupil_id, day, product_id)
);
CREATE TABLE pupil_limit (
    school_id TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    daily_max_cents BIGINT,
    asks_allergens BIGINT NOT NULL,
    product_max TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, pupil_id)
);
INSERT INTO "pupil_limit" VALUES('demo','2dee3070-884f-5cbf-a2b0-366f784837b0',400,0,'{"waffle":0}',1);
INSERT INTO "pupil_limit" VALUES('demo','831a0725-121c-500f-9fcc-a3ba9d635488',NULL,1,'{}',1);
INSERT INTO "pupil_limit" VALUES('demo','2af48659-ed77-51c5-9128-4f9429fc4ad2',1000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','ca09a2c2-e2cd-52fa-b94c-269aa04eb0d8',1500,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','604f5b26-25af-5aec-8a3f-56b702413d91',2000,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','ea16f230-464a-524b-95b7-ff2f7c5b98f3',1500,1,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','14935a64-47d0-522a-a3ef-09b3a7f841cc',1500,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','827e9329-30ea-54fa-8ec8-143195bdec14',1500,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','15522b26-f53e-5a67-869c-f9d1432f3ba8',1500,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','4790334c-4b3a-5438-a6df-772f5e3a0f49',1000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','c14bc786-65fe-59bc-b258-2da1f46947d3',1500,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','a2436868-c4ec-5913-88c1-59fb527fbbbb',1000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','e1599f64-311a-5183-a9db-04f4d6e530cb',1000,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','1ef5a33b-8619-5b29-958e-53994aebc824',2000,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','f59f0707-c065-57df-89f4-4040f8171c75',2000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','c854a8a6-c988-5e09-8f0f-02c9d4d03d43',1000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','c2ef916f-3459-528b-bd57-c745a46aa107',2000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','0899a26e-fa13-599c-9eef-9d9d825f234c',1500,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','ce521916-1e20-57b3-ac35-acff8051251f',1000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','e0cd826f-eafe-55e2-9dc7-7d957de8fc52',1000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','3ab4f78d-b1ea-54e3-b420-89007bcf376a',2000,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','a15f4ccd-d881-5439-93f8-3ebe816dfa77',1000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','712c3e79-a8ed-5e09-b353-0a4984377a53',2000,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','2d84f0f6-d05a-5e9a-a58e-8fa21a79afdd',1000,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','23eef8df-8334-5c1f-9ffb-a42f912cfc92',2000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','14e1ebbe-0e69-5654-a11f-fd52afa7d6f0',1000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','189890d0-7388-576b-9033-ee31e5a9405f',2000,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','5ed8e1d0-5150-5f21-99d6-b2f4a46e8efd',2000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','9b60a63c-90d4-5108-9ade-5719840dffeb',1000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','36215efb-b859-5c5b-abe6-bb32f7086f22',1500,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','e6b1cc16-fc1f-5c83-a194-3b2914a1403e',1000,1,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','307f252e-c997-5629-839a-03097743c77e',1000,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','380d283a-fa00-59d8-8492-62b3358db3a4',1000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','71f5f8ad-8e48-5cfd-b8ed-6614da7c35d9',1000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','1f1493e1-ee7d-5a32-ac9e-c7a60d44345f',2000,1,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','a76ec712-26e5-51e2-bf02-bd6f3b57e412',1500,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','9f48c578-e28c-5578-9b77-405b5f1a66a1',1500,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','ce2bb639-c338-53eb-99a8-34d1be545584',1500,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','e101e809-5fac-5b58-bd4d-61c425bd0ad9',1500,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','35ed3df2-8c9d-5c4c-b056-a673d3597bcb',1500,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','6b266246-81e3-5f77-ab14-ed0750f3c901',1500,1,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','07084b15-e000-5ce8-9568-de622a731b88',1000,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','69070efa-46ff-56b4-a2aa-4ddea51a1ddd',1500,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','f86f5451-0028-5aa2-b246-2427010968c3',1000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','5e37e924-2fd0-5be7-bdd2-8351c94da31d',1500,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','c6f8ece0-9c33-53b4-9a0c-11e8779620da',1500,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','c8de8c11-8924-5040-bc9b-9ab6be3a09cd',2000,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','964a0b6b-b297-5cf0-8666-260915bc5ff2',2000,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','5c8f2930-b06f-52ab-9ffc-810a626194a2',2000,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','a418de92-df4d-5ee1-942d-dcb2532ce4b6',2000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','3e89e506-cf0e-5233-be65-05513578e844',1500,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','c774e759-41ce-5751-aab0-aeebf5534261',1500,1,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','09e94a09-8de1-5960-943e-8522c079e731',2000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','1f04dfdb-c4e8-5d1e-ba20-b0874a414f7b',2000,1,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','93892cbc-052c-5713-9377-ad18f9e1b717',2000,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','8e764896-8043-5bb6-9989-a215573246be',2000,1,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','46c7454b-d4ea-574f-ac02-201308dcd558',2000,1,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','ca9c0466-be95-5e43-a5d2-490d5ce667f4',1000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','6dedda72-5acb-5844-ad72-502c9ea51ef0',1500,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','a08e4341-5e1b-5262-ba34-fcfac762baf4',2000,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','f938132c-5f29-5eee-81db-a7644c519cda',2000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','308609ff-3763-53ec-bf19-ab7062974256',1000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','a618f73c-3937-5524-aed5-177e1aa25032',1500,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','103d1a14-fb24-5a58-bec4-0fcccd86c028',1000,0,'{"lemonade":2}',1);
INSERT INTO "pupil_limit" VALUES('demo','87b57225-c926-5c79-994b-0a3a87a3c9c9',2000,0,'{"lemonade":1}',1);
INSERT INTO "pupil_limit" VALUES('demo','3c02bcf1-92b0-5bd7-ba14-4f1db3f4f999',1500,0,'{"lemonade":2}',1);
CREATE TABLE pupil_photo (
    school_id TEXT NOT NULL REFERENCES school (id),
    pupil_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    content BLOB NOT NULL,
    cursor BIGINT NOT NULL,
    taken_in_at TEXT NOT NULL,
    PRIMARY KEY (school_id, pupil_id)
);
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
, removed_at BIGINT NOT NULL DEFAULT 0);
INSERT INTO "school" VALUES('demo','Institut du Tilleul','Rue de la Fontaine 12, 4999 Exempleville','BE 0123.456.749','Europe/Brussels','00:00:00','09:00:00',15,'','{"version": 2, "walk_in": "sell", "walk_in_product": "main-4", "overdraft_max_cents": 0, "sale_max_cents": 1500, "pupil_offline_max_cents": 3000, "terminal_offline_max_cents": 300000, "terminal_offline_count_max": 2000, "snapshot_warn_s": 14400, "snapshot_stop_s": 86400, "assurance_min_collect": 1, "assurance_min_sale": 1, "print_collected": 1, "print_sales": 1, "answers": "low_balance:sandwich=settle,stale_copy:drink=sell,stale_copy:sandwich=settle,stale_copy:snack=sell", "settle_max_cents": 1000, "takes_cash": 1, "top_up_max_cents": 5000, "needs_sign_in": 1, "shows_balance": 0, "request_grace_s": 3600, "study_below_zero": 1, "school_begins_at": "08:25", "asks_late_why": 1, "prints_late": 1}',X'A2B03F39F74EFD7949E693E107FA768F12B626B35B93035C3F3269E0E4C1A603',2,0);
CREATE TABLE school_account (
    school_id TEXT NOT NULL REFERENCES school (id),
    iban TEXT NOT NULL UNIQUE,
    PRIMARY KEY (school_id, iban)
);
CREATE TABLE sign_in_try (
    bucket BIGINT PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at TEXT NOT NULL,
    waits_until TEXT NOT NULL
);
CREATE TABLE staff (
    school_id TEXT NOT NULL REFERENCES school (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    pin_hash TEXT NOT NULL,
    rights TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, id)
);
INSERT INTO "staff" VALUES('demo','e8fae477-e462-5087-b3de-7a00fe2fd502','Fatima B.','$argon2id$v=19$m=19456,t=2,p=1$JFRx21Z5kys5aEGidxYhiQ$PnSyRU3p1FXlrWt5NEdQdWGf/BqmJu5v9v6bWj82gWc','sell,serve_by_name,top_up,cash,close',1);
INSERT INTO "staff" VALUES('demo','4d27ed29-379c-50f8-9275-ce4138937d69','Marc D.','$argon2id$v=19$m=19456,t=2,p=1$OrA+XUp3jIDi5TPgFmkoMQ$NH5VKGkbnNBtvrwRxBTNc01ksFWVUfC/H01+y8ojFtI','sell',1);
INSERT INTO "staff" VALUES('demo','ae2e1249-b7ff-5eff-b6df-490af6fe65c1','Annick P.','$argon2id$v=19$m=19456,t=2,p=1$+gCbIh0Hu9qp5/mhnSJjxA$LE3qqTW6oDOECiUP0enZ7Nbkrsw/TZDmDfwCXuQpgUs','sell,serve_by_name,top_up,void,refund,cash,close,training,supervise,office',1);
INSERT INTO "staff" VALUES('demo','0489851a-7083-5347-8907-cad8b6893abb','Nadia K.','$argon2id$v=19$m=19456,t=2,p=1$mJtKtZCkMsHRSeCEO0zAJg$s5Ut/jHBgRO/Jm1ZiIdRFx/auLw497xwQgfXyQ56RR0','sell,serve_by_name,top_up,cash,close,office',1);
CREATE TABLE staff_badge (
    school_id TEXT NOT NULL,
    key TEXT NOT NULL,
    staff_id TEXT,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, key)
);
INSERT INTO "staff_badge" VALUES('demo','5cd40ee18b4e176f83699ff19d2399b1','e8fae477-e462-5087-b3de-7a00fe2fd502',1);
INSERT INTO "staff_badge" VALUES('demo','804e0c071f8b9f7cecb41e5364efe999','4d27ed29-379c-50f8-9275-ce4138937d69',1);
INSERT INTO "staff_badge" VALUES('demo','0cb75e6e7eb42cd405350285d1f406a4','ae2e1249-b7ff-5eff-b6df-490af6fe65c1',1);
INSERT INTO "staff_badge" VALUES('demo','5e184577ec68b0270c0ef2d44ab85019','0489851a-7083-5347-8907-cad8b6893abb',1);
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
CREATE TABLE study_enrolment (
    school_id TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    since TEXT NOT NULL,
    until TEXT,
    weekdays TEXT NOT NULL,
    price_cents BIGINT,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, pupil_id, session_id)
);
CREATE TABLE study_presence (
    school_id TEXT NOT NULL,
    key TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    day TEXT NOT NULL,
    session_id TEXT NOT NULL,
    entered_at TEXT NOT NULL,
    left_at TEXT,
    cents BIGINT NOT NULL,
    event_id TEXT NOT NULL,
    terminal_id TEXT NOT NULL,
    staff TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, key)
);
CREATE TABLE study_session (
    school_id TEXT NOT NULL REFERENCES school (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    weekdays TEXT NOT NULL,
    starts BIGINT NOT NULL,
    ends BIGINT NOT NULL,
    price_cents BIGINT NOT NULL,
    wants_out BIGINT NOT NULL,
    is_held BIGINT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, id)
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
INSERT INTO "terminal" VALUES('demo','1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11','Till 1','active',1,4,X'89CA2949C06C3FD91A8DCF0BA6969A5AADBC160DD83E63866B78B989068B2230',1,'2026-11-24T08:00:00.000Z','2026-11-24T11:00:00.000Z');
CREATE TABLE terminal_health (
    school_id TEXT NOT NULL,
    terminal_id TEXT NOT NULL,
    told TEXT NOT NULL,
    told_at TEXT NOT NULL,
    PRIMARY KEY (school_id, terminal_id)
);
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
CREATE TABLE web_session (
    school_id TEXT NOT NULL REFERENCES school (id),
    token_hash BLOB NOT NULL UNIQUE,
    user_name TEXT NOT NULL,
    begun_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    PRIMARY KEY (school_id, token_hash)
);
CREATE TABLE web_user (
    school_id TEXT NOT NULL REFERENCES school (id),
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    language TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    added_at TEXT NOT NULL,
    disabled_at TEXT,
    PRIMARY KEY (school_id, name)
);
CREATE UNIQUE INDEX event_id ON event (school_id, id);
CREATE INDEX meal_order_day ON meal_order (school_id, day, pupil_id);
CREATE TRIGGER event_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event rows are never changed'); END;
CREATE TRIGGER event_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event rows are never changed'); END;
CREATE TRIGGER stray_event_update BEFORE UPDATE ON stray_event BEGIN SELECT RAISE(ABORT, 'stray_event rows are never changed'); END;
CREATE TRIGGER stray_event_delete BEFORE DELETE ON stray_event BEGIN SELECT RAISE(ABORT, 'stray_event rows are never changed'); END;
CREATE TRIGGER booking_update BEFORE UPDATE ON booking BEGIN SELECT RAISE(ABORT, 'booking rows are never changed'); END;
CREATE TRIGGER booking_delete BEFORE DELETE ON booking BEGIN SELECT RAISE(ABORT, 'booking rows are never changed'); END;
CREATE TRIGGER leg_update BEFORE UPDATE ON "posted_leg" BEGIN SELECT RAISE(ABORT, 'leg rows are never changed'); END;
CREATE TRIGGER leg_delete BEFORE DELETE ON "posted_leg" BEGIN SELECT RAISE(ABORT, 'leg rows are never changed'); END;
CREATE TRIGGER audit_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
CREATE TRIGGER audit_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
CREATE INDEX booking_subject ON booking (school_id, subject);
CREATE INDEX audit_at ON audit (school_id, at);
CREATE INDEX exception_subject ON exception (school_id, subject);
CREATE INDEX badge_history_pupil ON badge_history (school_id, pupil_id);
CREATE UNIQUE INDEX communication_of ON communication (school_id, pupil_id, school_year);
CREATE INDEX bank_line_entry ON bank_line (school_id, account, booked_on, cents);
CREATE INDEX bank_line_state ON bank_line (school_id, state, booked_on);
CREATE TRIGGER badge_history_update BEFORE UPDATE ON badge_history BEGIN SELECT RAISE(ABORT, 'badge_history rows are never changed'); END;
CREATE TRIGGER badge_history_delete BEFORE DELETE ON badge_history BEGIN SELECT RAISE(ABORT, 'badge_history rows are never changed'); END;
CREATE TRIGGER bank_file_update BEFORE UPDATE ON bank_file BEGIN SELECT RAISE(ABORT, 'bank_file rows are never changed'); END;
CREATE TRIGGER bank_file_delete BEFORE DELETE ON bank_file BEGIN SELECT RAISE(ABORT, 'bank_file rows are never changed'); END;
CREATE TRIGGER correction_update BEFORE UPDATE ON correction BEGIN SELECT RAISE(ABORT, 'correction rows are never changed'); END;
CREATE TRIGGER correction_delete BEFORE DELETE ON correction BEGIN SELECT RAISE(ABORT, 'correction rows are never changed'); END;
CREATE INDEX meal_order_pupil ON meal_order (school_id, pupil_id, day);
CREATE INDEX pupil_photo_feed ON pupil_photo (school_id, cursor);
CREATE INDEX pupil_photo_named ON pupil_photo (school_id, digest);
CREATE INDEX activity_of_pupil ON activity_pupil (school_id, pupil_id);
CREATE UNIQUE INDEX invoice_digits ON invoice (school_id, digits);
CREATE INDEX invoice_of_pupil ON invoice (school_id, pupil_id);
CREATE UNIQUE INDEX appointment_slot
    ON appointment (school_id, evening_id, teacher_id, starts_at) WHERE state = 'booked';
CREATE UNIQUE INDEX appointment_once
    ON appointment (school_id, evening_id, pupil_id, teacher_id) WHERE state = 'booked';
CREATE INDEX attendance_of ON meeting_attendance (school_id, appointment_id);
CREATE INDEX family_pupil_of ON family_pupil (school_id, pupil_id);
CREATE INDEX mail_due ON mail (state, next_at);
CREATE INDEX order_request_feed ON order_request (school_id, cursor);
CREATE UNIQUE INDEX badge_in_use ON badge (school_id, pupil_id, kind)
    WHERE state = 'active' AND kind <> '';
CREATE INDEX meal_order_feed ON meal_order (school_id, cursor);
CREATE INDEX pupil_bought_feed ON pupil_bought (school_id, cursor);
CREATE INDEX study_enrolment_feed ON study_enrolment (school_id, cursor);
CREATE INDEX study_enrolment_of ON study_enrolment (school_id, session_id);
CREATE INDEX study_presence_feed ON study_presence (school_id, cursor);
CREATE INDEX study_presence_day ON study_presence (school_id, day, session_id);
CREATE INDEX study_presence_pupil ON study_presence (school_id, pupil_id, day);
CREATE INDEX late_arrival_feed ON late_arrival (school_id, cursor);
CREATE INDEX late_arrival_day ON late_arrival (school_id, day);
CREATE INDEX late_arrival_pupil ON late_arrival (school_id, pupil_id, day);
CREATE INDEX absence_feed ON absence (school_id, cursor);
CREATE INDEX absence_day ON absence (school_id, day);
CREATE INDEX leg_wallet ON "posted_leg" (school_id, at, booking_id, owner)
    WHERE account IN ('wallet.general', 'wallet.reserve');
CREATE INDEX event_wallet ON event (school_id, received_at, id, owner)
    WHERE source = 'wallet.general';
CREATE VIEW leg AS
    SELECT school_id, booking_id, name, account, owner, cents, at FROM posted_leg
    UNION ALL
    SELECT school_id, id, CASE kind WHEN 'sale.made' THEN 'wallet' ELSE 'source' END,
        source, owner, -cents, received_at FROM event WHERE source IS NOT NULL
    UNION ALL
    SELECT school_id, id, CASE kind WHEN 'sale.made' THEN 'line.0' ELSE 'target' END,
        CASE kind WHEN 'sale.made' THEN 'sales' ELSE 'meals.served' END,
        target_owner, cents, received_at FROM event WHERE source IS NOT NULL;
COMMIT;
