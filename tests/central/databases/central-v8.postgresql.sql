CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN RAISE EXCEPTION '% rows are never changed', TG_TABLE_NAME; END $$;
CREATE TABLE public.absence (
    school_id text NOT NULL,
    pupil_id text NOT NULL,
    day text NOT NULL,
    state text NOT NULL,
    note text NOT NULL,
    cursor bigint NOT NULL
);
CREATE TABLE public.access_code (
    school_id text NOT NULL,
    code_hash bytea NOT NULL,
    user_name text NOT NULL,
    purpose text NOT NULL,
    ends_at text NOT NULL
);
CREATE TABLE public.activity (
    school_id text NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    details text NOT NULL,
    place text NOT NULL,
    first_day text NOT NULL,
    last_day text NOT NULL,
    answer_by text NOT NULL,
    places bigint,
    price_cents bigint NOT NULL,
    takes_wallet bigint NOT NULL,
    state text NOT NULL,
    planned_at text NOT NULL
);
CREATE TABLE public.activity_instalment (
    school_id text NOT NULL,
    activity_id text NOT NULL,
    number bigint NOT NULL,
    due_on text NOT NULL,
    cents bigint NOT NULL
);
CREATE TABLE public.activity_pupil (
    school_id text NOT NULL,
    activity_id text NOT NULL,
    pupil_id text NOT NULL,
    answer text NOT NULL,
    answered_at text,
    answered_by text NOT NULL,
    invoice_id text,
    turns bigint NOT NULL
);
CREATE TABLE public.appointment (
    school_id text NOT NULL,
    id text NOT NULL,
    evening_id text NOT NULL,
    teacher_id text NOT NULL,
    starts_at text NOT NULL,
    pupil_id text NOT NULL,
    state text NOT NULL,
    booked_at text NOT NULL,
    booked_by text NOT NULL,
    cursor bigint NOT NULL
);
CREATE TABLE public.arrival (
    school_id text NOT NULL,
    received_at text NOT NULL,
    terminal_id text NOT NULL,
    epoch bigint NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    owners text NOT NULL,
    packed bytea NOT NULL
)
PARTITION BY HASH (school_id);
CREATE TABLE public.arrival_0 (
    school_id text NOT NULL,
    received_at text NOT NULL,
    terminal_id text NOT NULL,
    epoch bigint NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    owners text NOT NULL,
    packed bytea NOT NULL
);
CREATE TABLE public.arrival_1 (
    school_id text NOT NULL,
    received_at text NOT NULL,
    terminal_id text NOT NULL,
    epoch bigint NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    owners text NOT NULL,
    packed bytea NOT NULL
);
CREATE TABLE public.arrival_2 (
    school_id text NOT NULL,
    received_at text NOT NULL,
    terminal_id text NOT NULL,
    epoch bigint NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    owners text NOT NULL,
    packed bytea NOT NULL
);
CREATE TABLE public.arrival_3 (
    school_id text NOT NULL,
    received_at text NOT NULL,
    terminal_id text NOT NULL,
    epoch bigint NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    owners text NOT NULL,
    packed bytea NOT NULL
);
CREATE TABLE public.arrival_4 (
    school_id text NOT NULL,
    received_at text NOT NULL,
    terminal_id text NOT NULL,
    epoch bigint NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    owners text NOT NULL,
    packed bytea NOT NULL
);
CREATE TABLE public.arrival_5 (
    school_id text NOT NULL,
    received_at text NOT NULL,
    terminal_id text NOT NULL,
    epoch bigint NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    owners text NOT NULL,
    packed bytea NOT NULL
);
CREATE TABLE public.arrival_6 (
    school_id text NOT NULL,
    received_at text NOT NULL,
    terminal_id text NOT NULL,
    epoch bigint NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    owners text NOT NULL,
    packed bytea NOT NULL
);
CREATE TABLE public.arrival_7 (
    school_id text NOT NULL,
    received_at text NOT NULL,
    terminal_id text NOT NULL,
    epoch bigint NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    owners text NOT NULL,
    packed bytea NOT NULL
);
CREATE TABLE public.audit (
    school_id text NOT NULL,
    id text NOT NULL,
    at text NOT NULL,
    who text NOT NULL,
    what text NOT NULL,
    subject text NOT NULL
);
CREATE TABLE public.badge (
    school_id text NOT NULL,
    key text NOT NULL,
    pupil_id text NOT NULL,
    state text NOT NULL,
    last4 text NOT NULL,
    cursor bigint NOT NULL,
    kind text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.badge_history (
    school_id text NOT NULL,
    id text NOT NULL,
    key text NOT NULL,
    pupil_id text NOT NULL,
    state text NOT NULL,
    at text NOT NULL,
    who text NOT NULL,
    why text NOT NULL
);
CREATE TABLE public.bank_file (
    school_id text NOT NULL,
    digest text NOT NULL,
    format text NOT NULL,
    name text NOT NULL,
    read_at text NOT NULL,
    who text NOT NULL
);
CREATE TABLE public.bank_line (
    school_id text NOT NULL,
    id text NOT NULL,
    account text NOT NULL,
    booked_on text NOT NULL,
    cents bigint NOT NULL,
    reference text NOT NULL,
    format text NOT NULL,
    statement text NOT NULL,
    place text NOT NULL,
    communication text NOT NULL,
    message text NOT NULL,
    payer_account text NOT NULL,
    payer_name text NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    pupil_id text,
    read_at text NOT NULL,
    settled_by text,
    settled_at text,
    invoice_id text,
    rest_cents bigint,
    other_statement text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.booking (
    school_id text NOT NULL,
    id text NOT NULL,
    kind text NOT NULL,
    at text NOT NULL,
    subject text NOT NULL,
    who text DEFAULT ''::text NOT NULL,
    why text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.centre (
    key text NOT NULL,
    value bytea NOT NULL
);
CREATE TABLE public.closing (
    school_id text NOT NULL,
    terminal_id text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    number bigint NOT NULL,
    day text NOT NULL,
    event_id text NOT NULL,
    differences text NOT NULL,
    receipt bytea NOT NULL,
    signature bytea NOT NULL,
    received_at text NOT NULL
);
CREATE TABLE public.communication (
    school_id text NOT NULL,
    digits text NOT NULL,
    pupil_id text NOT NULL,
    school_year text NOT NULL,
    cursor bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.correction (
    school_id text NOT NULL,
    document_id text NOT NULL,
    event_id text NOT NULL,
    place bigint NOT NULL,
    pieces bigint NOT NULL
);
CREATE TABLE public.enrolment_code (
    school_id text NOT NULL,
    code_hash bytea NOT NULL,
    terminal_name text NOT NULL,
    ends_at text NOT NULL,
    terminal_id text,
    public_key bytea
);
CREATE TABLE public.event (
    school_id text NOT NULL,
    terminal_id text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    id text,
    kind text NOT NULL,
    at text NOT NULL,
    body bytea NOT NULL,
    hash bytea NOT NULL,
    verdict text NOT NULL,
    flag text,
    received_at text NOT NULL,
    source text,
    owner text,
    target_owner text,
    cents bigint
)
PARTITION BY HASH (school_id);
CREATE TABLE public.event_0 (
    school_id text NOT NULL,
    terminal_id text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    id text,
    kind text NOT NULL,
    at text NOT NULL,
    body bytea NOT NULL,
    hash bytea NOT NULL,
    verdict text NOT NULL,
    flag text,
    received_at text NOT NULL,
    source text,
    owner text,
    target_owner text,
    cents bigint
);
CREATE TABLE public.event_1 (
    school_id text NOT NULL,
    terminal_id text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    id text,
    kind text NOT NULL,
    at text NOT NULL,
    body bytea NOT NULL,
    hash bytea NOT NULL,
    verdict text NOT NULL,
    flag text,
    received_at text NOT NULL,
    source text,
    owner text,
    target_owner text,
    cents bigint
);
CREATE TABLE public.event_2 (
    school_id text NOT NULL,
    terminal_id text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    id text,
    kind text NOT NULL,
    at text NOT NULL,
    body bytea NOT NULL,
    hash bytea NOT NULL,
    verdict text NOT NULL,
    flag text,
    received_at text NOT NULL,
    source text,
    owner text,
    target_owner text,
    cents bigint
);
CREATE TABLE public.event_3 (
    school_id text NOT NULL,
    terminal_id text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    id text,
    kind text NOT NULL,
    at text NOT NULL,
    body bytea NOT NULL,
    hash bytea NOT NULL,
    verdict text NOT NULL,
    flag text,
    received_at text NOT NULL,
    source text,
    owner text,
    target_owner text,
    cents bigint
);
CREATE TABLE public.event_4 (
    school_id text NOT NULL,
    terminal_id text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    id text,
    kind text NOT NULL,
    at text NOT NULL,
    body bytea NOT NULL,
    hash bytea NOT NULL,
    verdict text NOT NULL,
    flag text,
    received_at text NOT NULL,
    source text,
    owner text,
    target_owner text,
    cents bigint
);
CREATE TABLE public.event_5 (
    school_id text NOT NULL,
    terminal_id text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    id text,
    kind text NOT NULL,
    at text NOT NULL,
    body bytea NOT NULL,
    hash bytea NOT NULL,
    verdict text NOT NULL,
    flag text,
    received_at text NOT NULL,
    source text,
    owner text,
    target_owner text,
    cents bigint
);
CREATE TABLE public.event_6 (
    school_id text NOT NULL,
    terminal_id text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    id text,
    kind text NOT NULL,
    at text NOT NULL,
    body bytea NOT NULL,
    hash bytea NOT NULL,
    verdict text NOT NULL,
    flag text,
    received_at text NOT NULL,
    source text,
    owner text,
    target_owner text,
    cents bigint
);
CREATE TABLE public.event_7 (
    school_id text NOT NULL,
    terminal_id text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    id text,
    kind text NOT NULL,
    at text NOT NULL,
    body bytea NOT NULL,
    hash bytea NOT NULL,
    verdict text NOT NULL,
    flag text,
    received_at text NOT NULL,
    source text,
    owner text,
    target_owner text,
    cents bigint
);
CREATE TABLE public.exception (
    school_id text NOT NULL,
    id text NOT NULL,
    terminal_id text NOT NULL,
    subject text NOT NULL,
    flag text NOT NULL,
    detail text NOT NULL,
    raised_at text NOT NULL,
    settled_at text,
    settled_by text,
    resolution text,
    note text DEFAULT ''::text NOT NULL
);
CREATE TABLE public.family_mail (
    school_id text NOT NULL,
    user_name text NOT NULL,
    address text NOT NULL,
    word text NOT NULL,
    confirmed_at text,
    has_digest bigint NOT NULL,
    told_until text NOT NULL
);
CREATE TABLE public.family_pupil (
    school_id text NOT NULL,
    user_name text NOT NULL,
    pupil_id text NOT NULL,
    since text NOT NULL
);
CREATE TABLE public.family_rule (
    school_id text NOT NULL,
    word text NOT NULL,
    is_allowed bigint NOT NULL
);
CREATE TABLE public.former_pupil (
    school_id text NOT NULL,
    id text NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    class_name text NOT NULL,
    left_at text NOT NULL
);
CREATE TABLE public.instalment (
    school_id text NOT NULL,
    invoice_id text NOT NULL,
    number bigint NOT NULL,
    due_on text NOT NULL,
    cents bigint NOT NULL
);
CREATE TABLE public.invoice (
    school_id text NOT NULL,
    id text NOT NULL,
    pupil_id text NOT NULL,
    activity_id text NOT NULL,
    digits text NOT NULL,
    turn bigint NOT NULL,
    made_on text NOT NULL,
    cents bigint NOT NULL,
    credited_cents bigint NOT NULL,
    paid_cents bigint NOT NULL,
    cursor bigint NOT NULL
);
CREATE TABLE public.late_arrival (
    school_id text NOT NULL,
    key text NOT NULL,
    pupil_id text NOT NULL,
    day text NOT NULL,
    arrived_at text NOT NULL,
    due_at text NOT NULL,
    said text NOT NULL,
    event_id text NOT NULL,
    terminal_id text NOT NULL,
    staff text NOT NULL,
    cursor bigint NOT NULL
);
CREATE TABLE public.posted_leg (
    school_id text NOT NULL,
    booking_id text NOT NULL,
    name text NOT NULL,
    account text NOT NULL,
    owner text NOT NULL,
    cents bigint NOT NULL,
    at text NOT NULL
)
PARTITION BY HASH (school_id);
CREATE VIEW public.leg AS
 SELECT posted_leg.school_id,
    posted_leg.booking_id,
    posted_leg.name,
    posted_leg.account,
    posted_leg.owner,
    posted_leg.cents,
    posted_leg.at
   FROM public.posted_leg
UNION ALL
 SELECT event.school_id,
    event.id AS booking_id,
        CASE event.kind
            WHEN 'sale.made'::text THEN 'wallet'::text
            ELSE 'source'::text
        END AS name,
    event.source AS account,
    event.owner,
    (- event.cents) AS cents,
    event.received_at AS at
   FROM public.event
  WHERE (event.source IS NOT NULL)
UNION ALL
 SELECT event.school_id,
    event.id AS booking_id,
        CASE event.kind
            WHEN 'sale.made'::text THEN 'line.0'::text
            ELSE 'target'::text
        END AS name,
        CASE event.kind
            WHEN 'sale.made'::text THEN 'sales'::text
            ELSE 'meals.served'::text
        END AS account,
    event.target_owner AS owner,
    event.cents,
    event.received_at AS at
   FROM public.event
  WHERE (event.source IS NOT NULL);
CREATE TABLE public.leg_0 (
    school_id text NOT NULL,
    booking_id text NOT NULL,
    name text NOT NULL,
    account text NOT NULL,
    owner text NOT NULL,
    cents bigint NOT NULL,
    at text NOT NULL
);
CREATE TABLE public.leg_1 (
    school_id text NOT NULL,
    booking_id text NOT NULL,
    name text NOT NULL,
    account text NOT NULL,
    owner text NOT NULL,
    cents bigint NOT NULL,
    at text NOT NULL
);
CREATE TABLE public.leg_2 (
    school_id text NOT NULL,
    booking_id text NOT NULL,
    name text NOT NULL,
    account text NOT NULL,
    owner text NOT NULL,
    cents bigint NOT NULL,
    at text NOT NULL
);
CREATE TABLE public.leg_3 (
    school_id text NOT NULL,
    booking_id text NOT NULL,
    name text NOT NULL,
    account text NOT NULL,
    owner text NOT NULL,
    cents bigint NOT NULL,
    at text NOT NULL
);
CREATE TABLE public.leg_4 (
    school_id text NOT NULL,
    booking_id text NOT NULL,
    name text NOT NULL,
    account text NOT NULL,
    owner text NOT NULL,
    cents bigint NOT NULL,
    at text NOT NULL
);
CREATE TABLE public.leg_5 (
    school_id text NOT NULL,
    booking_id text NOT NULL,
    name text NOT NULL,
    account text NOT NULL,
    owner text NOT NULL,
    cents bigint NOT NULL,
    at text NOT NULL
);
CREATE TABLE public.leg_6 (
    school_id text NOT NULL,
    booking_id text NOT NULL,
    name text NOT NULL,
    account text NOT NULL,
    owner text NOT NULL,
    cents bigint NOT NULL,
    at text NOT NULL
);
CREATE TABLE public.leg_7 (
    school_id text NOT NULL,
    booking_id text NOT NULL,
    name text NOT NULL,
    account text NOT NULL,
    owner text NOT NULL,
    cents bigint NOT NULL,
    at text NOT NULL
);
CREATE TABLE public.mail (
    school_id text NOT NULL,
    id text NOT NULL,
    user_name text NOT NULL,
    kind text NOT NULL,
    queued_at text NOT NULL,
    next_at text NOT NULL,
    tries bigint NOT NULL,
    state text NOT NULL,
    fault text NOT NULL
);
CREATE TABLE public.meal_order (
    school_id text NOT NULL,
    id text NOT NULL,
    pupil_id text NOT NULL,
    day text NOT NULL,
    product_id text NOT NULL,
    price_cents bigint NOT NULL,
    state text NOT NULL,
    cursor bigint NOT NULL
);
CREATE TABLE public.meeting_attendance (
    school_id text NOT NULL,
    evening_id text NOT NULL,
    starts_at text NOT NULL,
    pupil_id text NOT NULL,
    appointment_id text NOT NULL
);
CREATE TABLE public.meeting_class (
    school_id text NOT NULL,
    evening_id text NOT NULL,
    class_name text NOT NULL,
    teacher_id text NOT NULL
);
CREATE TABLE public.meeting_evening (
    school_id text NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    day text NOT NULL,
    starts_at text NOT NULL,
    ends_at text NOT NULL,
    minutes bigint NOT NULL,
    opens_at text NOT NULL,
    closes_at text NOT NULL,
    state text NOT NULL
);
CREATE TABLE public.meeting_slot (
    school_id text NOT NULL,
    evening_id text NOT NULL,
    teacher_id text NOT NULL,
    starts_at text NOT NULL
);
CREATE TABLE public.meeting_teacher (
    school_id text NOT NULL,
    evening_id text NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    subject text NOT NULL,
    room text NOT NULL
);
CREATE TABLE public.menu (
    school_id text NOT NULL,
    day text NOT NULL,
    product_id text NOT NULL,
    cursor bigint NOT NULL
);
CREATE TABLE public.order_request (
    school_id text NOT NULL,
    id text NOT NULL,
    terminal_id text NOT NULL,
    event_id text,
    pupil_id text NOT NULL,
    order_id text NOT NULL,
    day text NOT NULL,
    act text NOT NULL,
    product_id text NOT NULL,
    made_at text NOT NULL,
    decided_at text NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    cents bigint NOT NULL,
    cursor bigint NOT NULL
);
CREATE TABLE public.product (
    school_id text NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    category text NOT NULL,
    vat_permille bigint NOT NULL,
    allergens text NOT NULL,
    pupil_cents bigint NOT NULL,
    reduced_cents bigint,
    teacher_cents bigint,
    guest_cents bigint,
    cursor bigint NOT NULL
);
CREATE TABLE public.pupil (
    school_id text NOT NULL,
    id text NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    class_name text NOT NULL,
    price_class text NOT NULL,
    allergens text NOT NULL,
    diet text NOT NULL,
    language text NOT NULL,
    cursor bigint NOT NULL
);
CREATE TABLE public.pupil_bought (
    school_id text NOT NULL,
    pupil_id text NOT NULL,
    day text NOT NULL,
    product_id text NOT NULL,
    quantity bigint NOT NULL,
    cents bigint NOT NULL,
    cursor bigint NOT NULL
);
CREATE TABLE public.pupil_limit (
    school_id text NOT NULL,
    pupil_id text NOT NULL,
    daily_max_cents bigint,
    asks_allergens bigint NOT NULL,
    product_max text NOT NULL,
    cursor bigint NOT NULL
);
CREATE TABLE public.pupil_photo (
    school_id text NOT NULL,
    pupil_id text NOT NULL,
    digest text NOT NULL,
    content bytea NOT NULL,
    cursor bigint NOT NULL,
    taken_in_at text NOT NULL
);
CREATE TABLE public.school (
    id text NOT NULL,
    name text NOT NULL,
    address text NOT NULL,
    number text NOT NULL,
    zone text NOT NULL,
    day_starts_at text NOT NULL,
    orders_close_at text NOT NULL,
    order_days_max bigint NOT NULL,
    closed_days text NOT NULL,
    policy text NOT NULL,
    badge_key bytea NOT NULL,
    cursor bigint NOT NULL,
    removed_at bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.school_account (
    school_id text NOT NULL,
    iban text NOT NULL
);
CREATE TABLE public.sign_in_try (
    bucket bigint NOT NULL,
    failures bigint NOT NULL,
    last_at text NOT NULL,
    waits_until text NOT NULL
);
CREATE TABLE public.staff (
    school_id text NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    pin_hash text NOT NULL,
    rights text NOT NULL,
    cursor bigint NOT NULL
);
CREATE TABLE public.staff_badge (
    school_id text NOT NULL,
    key text NOT NULL,
    staff_id text,
    cursor bigint NOT NULL
);
CREATE TABLE public.stray_event (
    school_id text NOT NULL,
    terminal_id text NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    body bytea NOT NULL,
    reason text NOT NULL,
    received_at text NOT NULL
);
CREATE TABLE public.study_enrolment (
    school_id text NOT NULL,
    pupil_id text NOT NULL,
    session_id text NOT NULL,
    since text NOT NULL,
    until text,
    weekdays text NOT NULL,
    price_cents bigint,
    cursor bigint NOT NULL
);
CREATE TABLE public.study_presence (
    school_id text NOT NULL,
    key text NOT NULL,
    pupil_id text NOT NULL,
    day text NOT NULL,
    session_id text NOT NULL,
    entered_at text NOT NULL,
    left_at text,
    cents bigint NOT NULL,
    event_id text NOT NULL,
    terminal_id text NOT NULL,
    staff text NOT NULL,
    cursor bigint NOT NULL
);
CREATE TABLE public.study_session (
    school_id text NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    weekdays text NOT NULL,
    starts bigint NOT NULL,
    ends bigint NOT NULL,
    price_cents bigint NOT NULL,
    wants_out bigint NOT NULL,
    is_held bigint NOT NULL,
    cursor bigint NOT NULL
);
CREATE TABLE public.terminal (
    school_id text NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    state text NOT NULL,
    high_epoch bigint NOT NULL,
    high_seq bigint NOT NULL,
    head_hash bytea NOT NULL,
    next_epoch bigint,
    enrolled_at text NOT NULL,
    last_seen_at text
);
CREATE TABLE public.terminal_health (
    school_id text NOT NULL,
    terminal_id text NOT NULL,
    told text NOT NULL,
    told_at text NOT NULL
);
CREATE TABLE public.terminal_key (
    school_id text NOT NULL,
    id text NOT NULL,
    terminal_id text NOT NULL,
    public_key bytea NOT NULL,
    pinned_at text NOT NULL,
    ends_at text,
    revoked_at text
);
CREATE TABLE public.wallet (
    school_id text NOT NULL,
    pupil_id text NOT NULL,
    general_cents bigint NOT NULL,
    reserve_cents bigint NOT NULL,
    cursor bigint NOT NULL
);
CREATE TABLE public.web_session (
    school_id text NOT NULL,
    token_hash bytea NOT NULL,
    user_name text NOT NULL,
    begun_at text NOT NULL,
    seen_at text NOT NULL
);
CREATE TABLE public.web_user (
    school_id text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    language text NOT NULL,
    password_hash text NOT NULL,
    added_at text NOT NULL,
    disabled_at text
);
ALTER TABLE ONLY public.arrival ATTACH PARTITION public.arrival_0 FOR VALUES WITH (modulus 8, remainder 0);
ALTER TABLE ONLY public.arrival ATTACH PARTITION public.arrival_1 FOR VALUES WITH (modulus 8, remainder 1);
ALTER TABLE ONLY public.arrival ATTACH PARTITION public.arrival_2 FOR VALUES WITH (modulus 8, remainder 2);
ALTER TABLE ONLY public.arrival ATTACH PARTITION public.arrival_3 FOR VALUES WITH (modulus 8, remainder 3);
ALTER TABLE ONLY public.arrival ATTACH PARTITION public.arrival_4 FOR VALUES WITH (modulus 8, remainder 4);
ALTER TABLE ONLY public.arrival ATTACH PARTITION public.arrival_5 FOR VALUES WITH (modulus 8, remainder 5);
ALTER TABLE ONLY public.arrival ATTACH PARTITION public.arrival_6 FOR VALUES WITH (modulus 8, remainder 6);
ALTER TABLE ONLY public.arrival ATTACH PARTITION public.arrival_7 FOR VALUES WITH (modulus 8, remainder 7);
ALTER TABLE ONLY public.event ATTACH PARTITION public.event_0 FOR VALUES WITH (modulus 8, remainder 0);
ALTER TABLE ONLY public.event ATTACH PARTITION public.event_1 FOR VALUES WITH (modulus 8, remainder 1);
ALTER TABLE ONLY public.event ATTACH PARTITION public.event_2 FOR VALUES WITH (modulus 8, remainder 2);
ALTER TABLE ONLY public.event ATTACH PARTITION public.event_3 FOR VALUES WITH (modulus 8, remainder 3);
ALTER TABLE ONLY public.event ATTACH PARTITION public.event_4 FOR VALUES WITH (modulus 8, remainder 4);
ALTER TABLE ONLY public.event ATTACH PARTITION public.event_5 FOR VALUES WITH (modulus 8, remainder 5);
ALTER TABLE ONLY public.event ATTACH PARTITION public.event_6 FOR VALUES WITH (modulus 8, remainder 6);
ALTER TABLE ONLY public.event ATTACH PARTITION public.event_7 FOR VALUES WITH (modulus 8, remainder 7);
ALTER TABLE ONLY public.posted_leg ATTACH PARTITION public.leg_0 FOR VALUES WITH (modulus 8, remainder 0);
ALTER TABLE ONLY public.posted_leg ATTACH PARTITION public.leg_1 FOR VALUES WITH (modulus 8, remainder 1);
ALTER TABLE ONLY public.posted_leg ATTACH PARTITION public.leg_2 FOR VALUES WITH (modulus 8, remainder 2);
ALTER TABLE ONLY public.posted_leg ATTACH PARTITION public.leg_3 FOR VALUES WITH (modulus 8, remainder 3);
ALTER TABLE ONLY public.posted_leg ATTACH PARTITION public.leg_4 FOR VALUES WITH (modulus 8, remainder 4);
ALTER TABLE ONLY public.posted_leg ATTACH PARTITION public.leg_5 FOR VALUES WITH (modulus 8, remainder 5);
ALTER TABLE ONLY public.posted_leg ATTACH PARTITION public.leg_6 FOR VALUES WITH (modulus 8, remainder 6);
ALTER TABLE ONLY public.posted_leg ATTACH PARTITION public.leg_7 FOR VALUES WITH (modulus 8, remainder 7);
INSERT INTO public.arrival_2 VALUES ('demo', '2026-11-24T11:00:00.000Z', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 1, 4, '94de79b6-a873-540f-adb3-c9b1ac91cf5e', '\x');
INSERT INTO public.arrival_2 VALUES ('demo', '2026-11-24T11:00:00.000Z', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 5, 20, 'c75d3797-8508-5a2b-84aa-600bce751050,2af48659-ed77-51c5-9128-4f9429fc4ad2,94de79b6-a873-540f-adb3-c9b1ac91cf5e', '\x1f8b0800000000000203ed99dd6ee3380c85dfc5d7d140d42fd5e7d8ab5d0c024a94668c49934ce27451147df7a5d3edc6b337067ce5011c0448ecd0144d7dd0b14edeba7a3e95efdd13ecbad65faec3fe5a7f764f7ed77da7ab9cee38bacc1c4dc994401b068adc5a4d998db741ce1027aab96224848036e9105a6bf283a70abe74bbee409f698dde75e74b7dd9ff9b1c5321935c2a3a14db38012197a6338514127922ce058266465b83c51072c49c50c6c06c8cd592bcbed4e370ed9efe7aeb689094469ba00094717f003c692def2f5aeb3f2534d3b597c8b7aedc2ed7d34582c704fd757f3a1efa63ed9e1a1dae552a3c1dfaf22a2d79976b4ea731ebf8a140a299061a53d0f57abbd0b1d47be732f137f9d6910c6e7409b11866df201053b255b323b4e8cd3dc1eb2f557e54f0371d7eecfbe37f258cf57cdc54a1a17e3b5dc68bf8d21f7f7463074f7c2b635987fa7c3a125739f9f346c7a11f5eeff5dc8efdb03f5ffa52f7e5a33de0a5f52f347c1ee3c7d1b95e9efbc3416a0ffafdeb98fa7e8dcc98c474e7dbb93f8c03de3f9fba123ddb98a242af51793259a1235241eb5c6af4a0fdd8d14b2db53f0f778a86d340874911d2d207703d8f73006434dba04246ada26fa452d556a5e60d61c5e03848d21ffd718cbed2a17e79feb865b9f7d3fe59f27a99e05df709eef555a6456287cbadbeefd68045246b1c978025260e595aa66be2a2c1780e54da6f8e85a1e630f8a42ac7a83c14af121854ae2567522b8ed84cb1080bb0909542888892d4c902e39dd11a79068bf0c022ac110b0ba659e990bc6ad484b93037483e866aadadbf3b16c9718d29074518adf24e3725ebb9552565a092a0345fa758c40558586095d96665a271102c54d3ea0c16f181455c23169b88fc2222b8008b30ea47cc51456775b0112323cd60810f2c701391d58b485af26ce16531321c1447d2d9616926a6192cd2038bb489c8ea4504f4022e8c3c5c1005af04424c896cc85c66b800fd00631c74d39195eb08c09215a3148555da83c14a0f6dc640668e0c9890019b94ac5e4ac02c20c3e5a4d2d81e74365a64d9b2d6b90d09980919665393f5ab895d4086b64e898e0874ba3a36c1169367c9b01332eca626eb5713b764b74aa848cbdec4636a1528372c73de16b809196e5393f5abc912d7133c2b72a0a537a1956a1072997dce98d89ee0373559bf9a2c313e0d46956af32a90636f526c4ecf591930713e216c6ab27e3559e27db6aa556a8e152788d996d8b48e73644ccc4f889b9aac5f4d96d89f169d4a9e8df06621595974937373644cfc4fc04d4dd6af264b1cd0005e6188494144709050bb8c73644c2c50489b9aac5e4dcc120fb405a3b0d5ac2c56ddc67fe029d81932ccc40335fff740bfbeff03fefad2e35c220000');
INSERT INTO public.badge VALUES ('demo', '312f3429999e70a8bcddf19576e333ef', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', 'active', '0000', 1, 'iso14443a');
INSERT INTO public.badge VALUES ('demo', 'a02620c67c2dd5f16ada93e0d4a83852', 'c75d3797-8508-5a2b-84aa-600bce751050', 'active', '0003', 1, 'iso14443a');
INSERT INTO public.badge VALUES ('demo', '7a324dc68c79d6b4aa0e9dc0125d6acf', '2af48659-ed77-51c5-9128-4f9429fc4ad2', 'active', '0005', 1, 'iso14443a');
INSERT INTO public.booking VALUES ('demo', '244e84a9-67f4-55c4-810f-819dbc17f931', 'order.reserved', '2026-11-15T10:00:00.000Z', '04abc40e-d926-58a9-859a-3a04c8f71daa', '', '');
INSERT INTO public.booking VALUES ('demo', '776a3d6c-e52f-584b-bd23-84ac4a3ff3a9', 'order.collected', '2026-11-19T10:00:00.000Z', '04abc40e-d926-58a9-859a-3a04c8f71daa', '', '');
INSERT INTO public.booking VALUES ('demo', 'd986d332-2f8c-51f3-be4f-3fd61614448b', 'order.reserved', '2026-11-19T10:00:00.000Z', 'feb107a1-90d9-56fe-b836-942a029ec4b0', '', '');
INSERT INTO public.booking VALUES ('demo', 'a9742924-a235-5fe0-920a-3331ea7224d8', 'order.collected', '2026-11-23T10:00:00.000Z', 'feb107a1-90d9-56fe-b836-942a029ec4b0', '', '');
INSERT INTO public.booking VALUES ('demo', '62aee1b9-f341-5fba-9c8d-3b5511f387a5', 'order.reserved', '2026-11-20T10:00:00.000Z', 'e86621c2-a022-5127-88c3-744430397601', '', '');
INSERT INTO public.booking VALUES ('demo', '50c21f91-ca43-5f60-b102-89c0797bb285', 'order.reserved', '2026-11-20T10:00:00.000Z', 'b3e9ab06-8e43-56ef-b3a3-99e3af48dbe9', '', '');
INSERT INTO public.booking VALUES ('demo', '80ffba45-229a-5ddf-8f57-4a1c3156420a', 'order.reserved', '2026-11-20T10:00:00.000Z', 'cd2b0cb4-62de-58a9-9140-a288a79846ff', '', '');
INSERT INTO public.booking VALUES ('demo', '151e4c6d-366b-567c-9f9b-824461d49333', 'order.reserved', '2026-11-20T10:00:00.000Z', '95d5c1a2-33ca-5cb4-aa3d-096696bbfb23', '', '');
INSERT INTO public.booking VALUES ('demo', '62b5473c-295b-5bc8-bf19-235b05cfd66a', 'order.reserved', '2026-11-20T10:00:00.000Z', '791f52c1-6af4-53fa-a72b-2433d1ecb7a9', '', '');
INSERT INTO public.booking VALUES ('demo', '402f6f77-81e3-5a93-a01a-62c6524057ea', 'order.reserved', '2026-11-20T10:00:00.000Z', '640dac03-63b9-56c8-b1e4-9bf79048cfe0', '', '');
INSERT INTO public.booking VALUES ('demo', '27554fe0-a1bf-5551-9aac-f3666ad3b247', 'order.reserved', '2026-11-20T10:00:00.000Z', '752fe3a3-e7d8-5a2c-a864-46644864c876', '', '');
INSERT INTO public.booking VALUES ('demo', '7249cce3-8d6e-5264-9d65-a5045d77af8a', 'order.reserved', '2026-11-20T10:00:00.000Z', 'd67b6a5b-fed4-5520-8ee7-3fe6329bfbfa', '', '');
INSERT INTO public.booking VALUES ('demo', 'bd08da09-de98-5e9a-99a0-4f211b0629da', 'order.reserved', '2026-11-20T10:00:00.000Z', '4bf6b1c7-d514-56be-a849-21cf1fb4bad0', '', '');
INSERT INTO public.booking VALUES ('demo', '901f53dd-e55a-50ff-b8a6-25b70e0b55d6', 'topup.opening', '2026-11-04T10:00:00.000Z', '94de79b6-a873-540f-adb3-c9b1ac91cf5e general', '', '');
INSERT INTO public.booking VALUES ('demo', '1ee87264-8f57-5652-9815-07baec7055b0', 'order.reserved', '2026-11-16T10:00:00.000Z', 'c3f3dd94-1721-5ac6-87db-b2d012f72dfd', '', '');
INSERT INTO public.booking VALUES ('demo', 'a403e822-0a56-5c86-942f-ee03226e626d', 'order.collected', '2026-11-20T10:00:00.000Z', 'c3f3dd94-1721-5ac6-87db-b2d012f72dfd', '', '');
INSERT INTO public.booking VALUES ('demo', '89cd1e38-04ca-508a-a759-75c6b5a6d464', 'order.reserved', '2026-11-20T10:00:00.000Z', '2d2fb408-a5ee-5f89-b6a2-6199e63a664e', '', '');
INSERT INTO public.booking VALUES ('demo', '3bd8effc-7941-5e72-b5af-fde26b7e731e', 'order.reserved', '2026-11-20T10:00:00.000Z', '0b6a5b1d-38cd-5343-adfe-d4c76732788e', '', '');
INSERT INTO public.booking VALUES ('demo', '9af58153-c464-5fa2-ac2a-01a2152505f2', 'order.reserved', '2026-11-20T10:00:00.000Z', 'ed66019a-b74c-5dba-a32e-5fab533b650b', '', '');
INSERT INTO public.booking VALUES ('demo', '6dcef04f-b4d9-5649-8f36-106a56fb77d4', 'order.reserved', '2026-11-20T10:00:00.000Z', 'c7a8c4c7-54cf-5c9a-8acc-19859f60782e', '', '');
INSERT INTO public.booking VALUES ('demo', 'a194c69d-5476-5043-ad29-944c5f994f5a', 'order.reserved', '2026-11-20T10:00:00.000Z', 'bc65c7a3-761c-5c71-b663-a525582e2976', '', '');
INSERT INTO public.booking VALUES ('demo', '19a73f14-1508-5c54-9d88-c1b305bf7d01', 'order.reserved', '2026-11-20T10:00:00.000Z', '9248b854-ab48-5ece-83ad-32fed88ee17b', '', '');
INSERT INTO public.booking VALUES ('demo', '207eb7b7-d579-5e43-9c77-c9ca83ae430b', 'order.reserved', '2026-11-20T10:00:00.000Z', '5a972a3c-514d-5cbc-bd1d-dfc73c8a9339', '', '');
INSERT INTO public.booking VALUES ('demo', 'bd6f8acd-ba32-5ba2-8c57-b8635031f7d0', 'topup.opening', '2026-11-04T10:00:00.000Z', 'c75d3797-8508-5a2b-84aa-600bce751050 general', '', '');
INSERT INTO public.booking VALUES ('demo', '52af3379-7698-5aa7-b384-509d1ead6d8b', 'topup.opening', '2026-11-04T10:00:00.000Z', 'c75d3797-8508-5a2b-84aa-600bce751050 reserve', '', '');
INSERT INTO public.booking VALUES ('demo', '9865ef26-37be-586c-a11f-c13fe5a508d8', 'order.reserved', '2026-11-15T10:00:00.000Z', '4ce23815-58a8-59d2-8ed7-f313b80c15b0', '', '');
INSERT INTO public.booking VALUES ('demo', '92f4e12a-d40f-5f45-9dc0-22f6e09c475a', 'order.collected', '2026-11-19T10:00:00.000Z', '4ce23815-58a8-59d2-8ed7-f313b80c15b0', '', '');
INSERT INTO public.booking VALUES ('demo', 'be1aec65-e34a-5585-ac9e-9dfe8263a114', 'order.reserved', '2026-11-16T10:00:00.000Z', '15b5ccd1-5462-58e7-9039-9ae14e2b34d6', '', '');
INSERT INTO public.booking VALUES ('demo', '61f1a3fe-2dab-589b-962a-a96bb60c76df', 'order.collected', '2026-11-20T10:00:00.000Z', '15b5ccd1-5462-58e7-9039-9ae14e2b34d6', '', '');
INSERT INTO public.booking VALUES ('demo', '8e6c2934-d726-56d5-9bfe-a2cfe238e9f3', 'order.reserved', '2026-11-20T10:00:00.000Z', 'c4f90284-5712-5862-972a-8b06eeb4b20a', '', '');
INSERT INTO public.booking VALUES ('demo', 'd8dede5f-54db-5b24-ac71-090b2bdbde8f', 'order.reserved', '2026-11-20T10:00:00.000Z', '69e33178-1c8a-554a-8968-f48b390c28ac', '', '');
INSERT INTO public.booking VALUES ('demo', '9cc4076d-1b97-5178-a2a3-0e9f94cfa6e4', 'order.reserved', '2026-11-20T10:00:00.000Z', '2c044536-d11b-5bd2-b7de-965efed05dab', '', '');
INSERT INTO public.booking VALUES ('demo', '8fe1e82b-2620-521b-b546-c4a59bd693ec', 'order.reserved', '2026-11-20T10:00:00.000Z', '51230b14-2a7e-5940-b469-496c877e2e20', '', '');
INSERT INTO public.booking VALUES ('demo', '26a1bbaf-bc72-5388-8d90-da483e56f2fd', 'order.reserved', '2026-11-20T10:00:00.000Z', 'a442b76c-d652-5743-b885-a6350b3db8d8', '', '');
INSERT INTO public.booking VALUES ('demo', '31bb309e-03f2-596e-8e9b-b6f65a2076d7', 'order.reserved', '2026-11-20T10:00:00.000Z', '6dcb9d1a-749d-5ce2-813a-64c5079b5793', '', '');
INSERT INTO public.booking VALUES ('demo', 'efbbae34-c85c-504a-bfdf-3aca5e731356', 'topup.opening', '2026-11-04T10:00:00.000Z', '2af48659-ed77-51c5-9128-4f9429fc4ad2 general', '', '');
INSERT INTO public.centre VALUES ('signing_key', '\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');
INSERT INTO public.centre VALUES ('version', '\x38');
INSERT INTO public.event_2 VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 1, '01a20d36-6b80-7d3f-ab3c-9250b797528b', 'meal.collected', '2026-11-24T11:00:00.000Z', '\x7b226174223a22323032362d31312d32345431313a30303a30302e3030305a222c226261736973223a7b22637572736f72223a2230222c2269735f6f6e6c696e65223a66616c73652c22706f6c696379223a317d2c22626f6f74223a22626f6f742d31222c2264617461223a7b226173737572616e6365223a312c226261646765223a223331326633343239393939653730613862636464663139353736653333336566222c22646179223a22323032362d31312d3234222c226f72646572223a2265383636323163322d613032322d353132372d383863332d373434343330333937363031222c2270726963655f63656e7473223a3435302c2270726f64756374223a227665676574617269616e2d34222c22707570696c223a2239346465373962362d613837332d353430662d616462332d633962316163393163663565222c2272656365697074223a317d2c2265706f6368223a312c226964223a2230316132306433362d366238302d376433662d616233632d393235306237393735323862222c226b696e64223a226d65616c2e636f6c6c6563746564222c226d6f6e6f5f6d73223a313030302c22736571223a312c2273796e636564223a747275657d', '\xf3255b3ed6d7099899a9dfd262e030f1bae437a5dfd11b85c774e7c2744012dc', 'accepted', NULL, '2026-11-24T11:00:00.000Z', 'meals.prepaid', '', '', 450);
INSERT INTO public.event_2 VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 2, '01a20d36-6b80-7963-a321-a461b55e7bea', 'meal.collected', '2026-11-24T11:00:00.000Z', '\x7b226174223a22323032362d31312d32345431313a30303a30302e3030305a222c226261736973223a7b22637572736f72223a2230222c2269735f6f6e6c696e65223a66616c73652c22706f6c696379223a317d2c22626f6f74223a22626f6f742d31222c2264617461223a7b226173737572616e6365223a312c226261646765223a226130323632306336376332646435663136616461393365306434613833383532222c22646179223a22323032362d31312d3234222c226f72646572223a2232643266623430382d613565652d356638392d623661322d363139396536336136363465222c2270726963655f63656e7473223a3435302c2270726f64756374223a227665676574617269616e2d34222c22707570696c223a2263373564333739372d383530382d356132622d383461612d363030626365373531303530222c2272656365697074223a327d2c2265706f6368223a312c226964223a2230316132306433362d366238302d373936332d613332312d613436316235356537626561222c226b696e64223a226d65616c2e636f6c6c6563746564222c226d6f6e6f5f6d73223a323030302c22736571223a322c2273796e636564223a747275657d', '\xd4ec1a607c0447c4ceba954c1f2b3888859b7b7212c7ac69046105dcb340dbd6', 'accepted', NULL, '2026-11-24T11:00:00.000Z', 'meals.prepaid', '', '', 450);
INSERT INTO public.event_2 VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 3, '01a20d36-6b80-7d80-9a9a-9e925b792fa0', 'meal.collected', '2026-11-24T11:00:00.000Z', '\x7b226174223a22323032362d31312d32345431313a30303a30302e3030305a222c226261736973223a7b22637572736f72223a2230222c2269735f6f6e6c696e65223a66616c73652c22706f6c696379223a317d2c22626f6f74223a22626f6f742d31222c2264617461223a7b226173737572616e6365223a312c226261646765223a223331326633343239393939653730613862636464663139353736653333336566222c22646179223a22323032362d31312d3234222c226f72646572223a2265383636323163322d613032322d353132372d383863332d373434343330333937363031222c2270726963655f63656e7473223a3435302c2270726f64756374223a227665676574617269616e2d34222c22707570696c223a2239346465373962362d613837332d353430662d616462332d633962316163393163663565222c2272656365697074223a337d2c2265706f6368223a312c226964223a2230316132306433362d366238302d376438302d396139612d396539323562373932666130222c226b696e64223a226d65616c2e636f6c6c6563746564222c226d6f6e6f5f6d73223a333030302c22736571223a332c2273796e636564223a747275657d', '\xa4a623414ae58425f6bf9c93f8a6f0bbf8c4db24b8eb8cefa42b6d8cdbfacbd9', 'accepted', 'double_collection', '2026-11-24T11:00:00.000Z', 'exceptions', '', '', 450);
INSERT INTO public.event_2 VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 4, '01a20d36-6b80-7db8-b294-d97fc610089b', 'sale.made', '2026-11-24T11:00:00.000Z', '\x7b226174223a22323032362d31312d32345431313a30303a30302e3030305a222c226261736973223a7b22637572736f72223a2230222c2269735f6f6e6c696e65223a66616c73652c22706f6c696379223a317d2c22626f6f74223a22626f6f742d31222c2264617461223a7b226173737572616e6365223a312c226261646765223a223331326633343239393939653730613862636464663139353736653333336566222c22646179223a22323032362d31312d3234222c2269735f77616c6b5f696e223a66616c73652c226c696e6573223a5b7b2263617465676f7279223a226472696e6b222c2270726f64756374223a226c656d6f6e616465222c227175616e74697479223a312c22756e69745f70726963655f63656e7473223a3135302c227661745f63656e7473223a382c227661745f7065726d696c6c65223a36307d5d2c2270726963655f636c617373223a22707570696c222c22707570696c223a2239346465373962362d613837332d353430662d616462332d633962316163393163663565222c2272656365697074223a342c22746f74616c5f63656e7473223a3135307d2c2265706f6368223a312c226964223a2230316132306433362d366238302d376462382d623239342d643937666336313030383962222c226b696e64223a2273616c652e6d616465222c226d6f6e6f5f6d73223a343030302c22736571223a342c2273796e636564223a747275657d', '\x89ca2949c06c3fd91a8dcf0ba6969a5aadbc160dd83e63866b78b989068b2230', 'accepted', NULL, '2026-11-24T11:00:00.000Z', 'wallet.general', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', 'drink', 150);
INSERT INTO public.event_2 VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 5, '01a20d36-6b80-75fa-9e03-9f52a8e864d6', 'sale.made', '2026-11-24T11:00:00.000Z', '\x', '\x', 'accepted', NULL, '2026-11-24T11:00:00.000Z', 'wallet.general', 'c75d3797-8508-5a2b-84aa-600bce751050', 'drink', 150);
INSERT INTO public.event_2 VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 6, '01a20d36-6b80-789c-9f78-44066542008d', 'sale.made', '2026-11-24T11:00:00.000Z', '\x', '\x', 'accepted', NULL, '2026-11-24T11:00:00.000Z', 'wallet.general', '2af48659-ed77-51c5-9128-4f9429fc4ad2', 'drink', 150);
INSERT INTO public.event_2 VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 7, '01a20d36-6b80-731d-bd3b-27241631e2fe', 'sale.made', '2026-11-24T11:00:00.000Z', '\x', '\x', 'accepted', NULL, '2026-11-24T11:00:00.000Z', 'wallet.general', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', 'drink', 150);
INSERT INTO public.event_2 VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 8, '01a20d36-6b80-7603-97b7-743063787d8a', 'sale.made', '2026-11-24T11:00:00.000Z', '\x', '\x', 'accepted', NULL, '2026-11-24T11:00:00.000Z', 'wallet.general', 'c75d3797-8508-5a2b-84aa-600bce751050', 'drink', 150);
INSERT INTO public.event_2 VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 9, '01a20d36-6b80-7556-a2d6-d7a0b48cf279', 'sale.made', '2026-11-24T11:00:00.000Z', '\x', '\x', 'accepted', NULL, '2026-11-24T11:00:00.000Z', 'wallet.general', '2af48659-ed77-51c5-9128-4f9429fc4ad2', 'drink', 150);
INSERT INTO public.event_2 VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 10, '01a20d36-6b80-729c-aa65-2af899a36bdc', 'sale.made', '2026-11-24T11:00:00.000Z', '\x', '\x', 'accepted', NULL, '2026-11-24T11:00:00.000Z', 'wallet.general', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', 'drink', 150);
INSERT INTO public.event_2 VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 11, '01a20d36-6b80-75cc-8e26-863d5f3b86a2', 'sale.made', '2026-11-24T11:00:00.000Z', '\x', '\x', 'accepted', NULL, '2026-11-24T11:00:00.000Z', 'wallet.general', 'c75d3797-8508-5a2b-84aa-600bce751050', 'drink', 150);
INSERT INTO public.event_2 VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 12, '01a20d36-6b80-74b9-9026-843738de03ed', 'sale.made', '2026-11-24T11:00:00.000Z', '\x', '\x', 'accepted', NULL, '2026-11-24T11:00:00.000Z', 'wallet.general', '2af48659-ed77-51c5-9128-4f9429fc4ad2', 'drink', 150);
INSERT INTO public.event_2 VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 13, '01a20d36-6b80-7034-af85-90e4d263c2bd', 'sale.made', '2026-11-24T11:00:00.000Z', '\x', '\x', 'accepted', NULL, '2026-11-24T11:00:00.000Z', 'wallet.general', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', 'drink', 150);
INSERT INTO public.event_2 VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 14, '01a20d36-6b80-73a8-a003-589fe1abf8c6', 'sale.made', '2026-11-24T11:00:00.000Z', '\x', '\x', 'accepted', NULL, '2026-11-24T11:00:00.000Z', 'wallet.general', 'c75d3797-8508-5a2b-84aa-600bce751050', 'drink', 150);
INSERT INTO public.event_2 VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 15, '01a20d36-6b80-715d-a410-246fce281bc2', 'sale.made', '2026-11-24T11:00:00.000Z', '\x', '\x', 'accepted', NULL, '2026-11-24T11:00:00.000Z', 'wallet.general', '2af48659-ed77-51c5-9128-4f9429fc4ad2', 'drink', 150);
INSERT INTO public.event_2 VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 16, '01a20d36-6b80-7287-9ef5-6a4d5297f40a', 'sale.made', '2026-11-24T11:00:00.000Z', '\x', '\x', 'accepted', NULL, '2026-11-24T11:00:00.000Z', 'wallet.general', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', 'drink', 150);
INSERT INTO public.event_2 VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 17, '01a20d36-6b80-7fe0-9f4d-d917b3c7f007', 'sale.made', '2026-11-24T11:00:00.000Z', '\x', '\x', 'accepted', NULL, '2026-11-24T11:00:00.000Z', 'wallet.general', 'c75d3797-8508-5a2b-84aa-600bce751050', 'drink', 150);
INSERT INTO public.event_2 VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 18, '01a20d36-6b80-7384-95d2-603193ddf944', 'sale.made', '2026-11-24T11:00:00.000Z', '\x', '\x', 'accepted', NULL, '2026-11-24T11:00:00.000Z', 'wallet.general', '2af48659-ed77-51c5-9128-4f9429fc4ad2', 'drink', 150);
INSERT INTO public.event_2 VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 19, '01a20d36-6b80-7615-8679-1781419804b8', 'sale.made', '2026-11-24T11:00:00.000Z', '\x', '\x', 'accepted', NULL, '2026-11-24T11:00:00.000Z', 'wallet.general', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', 'drink', 150);
INSERT INTO public.event_2 VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 1, 20, '01a20d36-6b80-7f62-8feb-38e0f9e03a63', 'sale.made', '2026-11-24T11:00:00.000Z', '\x', '\x', 'accepted', NULL, '2026-11-24T11:00:00.000Z', 'wallet.general', 'c75d3797-8508-5a2b-84aa-600bce751050', 'drink', 150);
INSERT INTO public.exception VALUES ('demo', '01a20d36-6b80-7d80-9a9a-9e925b792fa0.double_collection', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', '01a20d36-6b80-7d80-9a9a-9e925b792fa0', 'double_collection', 'this meal was collected before', '2026-11-24T11:00:00.000Z', NULL, NULL, NULL, '');
INSERT INTO public.leg_2 VALUES ('demo', '244e84a9-67f4-55c4-810f-819dbc17f931', 'source', 'wallet.general', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', -450, '2026-11-15T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '244e84a9-67f4-55c4-810f-819dbc17f931', 'target', 'meals.prepaid', '', 450, '2026-11-15T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '9865ef26-37be-586c-a11f-c13fe5a508d8', 'source', 'wallet.general', '2af48659-ed77-51c5-9128-4f9429fc4ad2', -450, '2026-11-15T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '9865ef26-37be-586c-a11f-c13fe5a508d8', 'target', 'meals.prepaid', '', 450, '2026-11-15T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '776a3d6c-e52f-584b-bd23-84ac4a3ff3a9', 'source', 'meals.prepaid', '', -450, '2026-11-19T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '776a3d6c-e52f-584b-bd23-84ac4a3ff3a9', 'target', 'meals.served', '', 450, '2026-11-19T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', 'd986d332-2f8c-51f3-be4f-3fd61614448b', 'source', 'wallet.general', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', -450, '2026-11-19T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', 'd986d332-2f8c-51f3-be4f-3fd61614448b', 'target', 'meals.prepaid', '', 450, '2026-11-19T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '92f4e12a-d40f-5f45-9dc0-22f6e09c475a', 'source', 'meals.prepaid', '', -450, '2026-11-19T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '92f4e12a-d40f-5f45-9dc0-22f6e09c475a', 'target', 'meals.served', '', 450, '2026-11-19T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', 'a9742924-a235-5fe0-920a-3331ea7224d8', 'source', 'meals.prepaid', '', -450, '2026-11-23T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', 'a9742924-a235-5fe0-920a-3331ea7224d8', 'target', 'meals.served', '', 450, '2026-11-23T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '62aee1b9-f341-5fba-9c8d-3b5511f387a5', 'source', 'wallet.general', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '62aee1b9-f341-5fba-9c8d-3b5511f387a5', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '50c21f91-ca43-5f60-b102-89c0797bb285', 'source', 'wallet.general', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '50c21f91-ca43-5f60-b102-89c0797bb285', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '80ffba45-229a-5ddf-8f57-4a1c3156420a', 'source', 'wallet.general', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '80ffba45-229a-5ddf-8f57-4a1c3156420a', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '151e4c6d-366b-567c-9f9b-824461d49333', 'source', 'wallet.general', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '151e4c6d-366b-567c-9f9b-824461d49333', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '62b5473c-295b-5bc8-bf19-235b05cfd66a', 'source', 'wallet.general', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '62b5473c-295b-5bc8-bf19-235b05cfd66a', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '402f6f77-81e3-5a93-a01a-62c6524057ea', 'source', 'wallet.general', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '402f6f77-81e3-5a93-a01a-62c6524057ea', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '27554fe0-a1bf-5551-9aac-f3666ad3b247', 'source', 'wallet.general', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '27554fe0-a1bf-5551-9aac-f3666ad3b247', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '7249cce3-8d6e-5264-9d65-a5045d77af8a', 'source', 'wallet.general', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '7249cce3-8d6e-5264-9d65-a5045d77af8a', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', 'bd08da09-de98-5e9a-99a0-4f211b0629da', 'source', 'wallet.general', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', 'bd08da09-de98-5e9a-99a0-4f211b0629da', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', 'a403e822-0a56-5c86-942f-ee03226e626d', 'source', 'meals.prepaid', '', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', 'a403e822-0a56-5c86-942f-ee03226e626d', 'target', 'meals.served', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '89cd1e38-04ca-508a-a759-75c6b5a6d464', 'source', 'wallet.general', 'c75d3797-8508-5a2b-84aa-600bce751050', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '89cd1e38-04ca-508a-a759-75c6b5a6d464', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '3bd8effc-7941-5e72-b5af-fde26b7e731e', 'source', 'wallet.general', 'c75d3797-8508-5a2b-84aa-600bce751050', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '3bd8effc-7941-5e72-b5af-fde26b7e731e', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '9af58153-c464-5fa2-ac2a-01a2152505f2', 'source', 'wallet.general', 'c75d3797-8508-5a2b-84aa-600bce751050', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '9af58153-c464-5fa2-ac2a-01a2152505f2', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '6dcef04f-b4d9-5649-8f36-106a56fb77d4', 'source', 'wallet.general', 'c75d3797-8508-5a2b-84aa-600bce751050', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '6dcef04f-b4d9-5649-8f36-106a56fb77d4', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', 'a194c69d-5476-5043-ad29-944c5f994f5a', 'source', 'wallet.general', 'c75d3797-8508-5a2b-84aa-600bce751050', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', 'a194c69d-5476-5043-ad29-944c5f994f5a', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '19a73f14-1508-5c54-9d88-c1b305bf7d01', 'source', 'wallet.general', 'c75d3797-8508-5a2b-84aa-600bce751050', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '19a73f14-1508-5c54-9d88-c1b305bf7d01', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '207eb7b7-d579-5e43-9c77-c9ca83ae430b', 'source', 'wallet.general', 'c75d3797-8508-5a2b-84aa-600bce751050', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '207eb7b7-d579-5e43-9c77-c9ca83ae430b', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '61f1a3fe-2dab-589b-962a-a96bb60c76df', 'source', 'meals.prepaid', '', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '61f1a3fe-2dab-589b-962a-a96bb60c76df', 'target', 'meals.served', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '8e6c2934-d726-56d5-9bfe-a2cfe238e9f3', 'source', 'wallet.general', '2af48659-ed77-51c5-9128-4f9429fc4ad2', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '8e6c2934-d726-56d5-9bfe-a2cfe238e9f3', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', 'd8dede5f-54db-5b24-ac71-090b2bdbde8f', 'source', 'wallet.general', '2af48659-ed77-51c5-9128-4f9429fc4ad2', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', 'd8dede5f-54db-5b24-ac71-090b2bdbde8f', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '9cc4076d-1b97-5178-a2a3-0e9f94cfa6e4', 'source', 'wallet.general', '2af48659-ed77-51c5-9128-4f9429fc4ad2', -350, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '9cc4076d-1b97-5178-a2a3-0e9f94cfa6e4', 'target', 'meals.prepaid', '', 350, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '8fe1e82b-2620-521b-b546-c4a59bd693ec', 'source', 'wallet.general', '2af48659-ed77-51c5-9128-4f9429fc4ad2', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '8fe1e82b-2620-521b-b546-c4a59bd693ec', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '26a1bbaf-bc72-5388-8d90-da483e56f2fd', 'source', 'wallet.general', '2af48659-ed77-51c5-9128-4f9429fc4ad2', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '26a1bbaf-bc72-5388-8d90-da483e56f2fd', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '31bb309e-03f2-596e-8e9b-b6f65a2076d7', 'source', 'wallet.general', '2af48659-ed77-51c5-9128-4f9429fc4ad2', -450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '31bb309e-03f2-596e-8e9b-b6f65a2076d7', 'target', 'meals.prepaid', '', 450, '2026-11-20T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '901f53dd-e55a-50ff-b8a6-25b70e0b55d6', 'source', 'bank', '', -6100, '2026-11-04T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '901f53dd-e55a-50ff-b8a6-25b70e0b55d6', 'target', 'wallet.general', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', 6100, '2026-11-04T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', 'bd6f8acd-ba32-5ba2-8c57-b8635031f7d0', 'source', 'bank', '', -8650, '2026-11-04T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', 'bd6f8acd-ba32-5ba2-8c57-b8635031f7d0', 'target', 'wallet.general', 'c75d3797-8508-5a2b-84aa-600bce751050', 8650, '2026-11-04T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '52af3379-7698-5aa7-b384-509d1ead6d8b', 'source', 'bank', '', -1500, '2026-11-04T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '52af3379-7698-5aa7-b384-509d1ead6d8b', 'target', 'wallet.reserve', 'c75d3797-8508-5a2b-84aa-600bce751050', 1500, '2026-11-04T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', 'efbbae34-c85c-504a-bfdf-3aca5e731356', 'source', 'bank', '', -8600, '2026-11-04T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', 'efbbae34-c85c-504a-bfdf-3aca5e731356', 'target', 'wallet.general', '2af48659-ed77-51c5-9128-4f9429fc4ad2', 8600, '2026-11-04T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '1ee87264-8f57-5652-9815-07baec7055b0', 'source', 'wallet.general', 'c75d3797-8508-5a2b-84aa-600bce751050', -450, '2026-11-16T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', '1ee87264-8f57-5652-9815-07baec7055b0', 'target', 'meals.prepaid', '', 450, '2026-11-16T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', 'be1aec65-e34a-5585-ac9e-9dfe8263a114', 'source', 'wallet.general', '2af48659-ed77-51c5-9128-4f9429fc4ad2', -450, '2026-11-16T10:00:00.000Z');
INSERT INTO public.leg_2 VALUES ('demo', 'be1aec65-e34a-5585-ac9e-9dfe8263a114', 'target', 'meals.prepaid', '', 450, '2026-11-16T10:00:00.000Z');
INSERT INTO public.meal_order VALUES ('demo', '04abc40e-d926-58a9-859a-3a04c8f71daa', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', '2026-11-19', 'vegetarian-1', 450, 'collected', 1);
INSERT INTO public.meal_order VALUES ('demo', 'feb107a1-90d9-56fe-b836-942a029ec4b0', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', '2026-11-23', 'vegetarian-3', 450, 'collected', 1);
INSERT INTO public.meal_order VALUES ('demo', 'b3e9ab06-8e43-56ef-b3a3-99e3af48dbe9', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', '2026-11-25', 'vegetarian-5', 450, 'reserved', 1);
INSERT INTO public.meal_order VALUES ('demo', 'cd2b0cb4-62de-58a9-9140-a288a79846ff', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', '2026-11-26', 'vegetarian-1', 450, 'reserved', 1);
INSERT INTO public.meal_order VALUES ('demo', '95d5c1a2-33ca-5cb4-aa3d-096696bbfb23', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', '2026-11-27', 'vegetarian-2', 450, 'reserved', 1);
INSERT INTO public.meal_order VALUES ('demo', '791f52c1-6af4-53fa-a72b-2433d1ecb7a9', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', '2026-11-30', 'vegetarian-3', 450, 'reserved', 1);
INSERT INTO public.meal_order VALUES ('demo', '640dac03-63b9-56c8-b1e4-9bf79048cfe0', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', '2026-12-01', 'vegetarian-4', 450, 'reserved', 1);
INSERT INTO public.meal_order VALUES ('demo', '752fe3a3-e7d8-5a2c-a864-46644864c876', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', '2026-12-02', 'vegetarian-5', 450, 'reserved', 1);
INSERT INTO public.meal_order VALUES ('demo', 'd67b6a5b-fed4-5520-8ee7-3fe6329bfbfa', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', '2026-12-03', 'vegetarian-1', 450, 'reserved', 1);
INSERT INTO public.meal_order VALUES ('demo', '4bf6b1c7-d514-56be-a849-21cf1fb4bad0', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', '2026-12-07', 'vegetarian-3', 450, 'reserved', 1);
INSERT INTO public.meal_order VALUES ('demo', 'c3f3dd94-1721-5ac6-87db-b2d012f72dfd', 'c75d3797-8508-5a2b-84aa-600bce751050', '2026-11-20', 'vegetarian-2', 450, 'collected', 1);
INSERT INTO public.meal_order VALUES ('demo', '0b6a5b1d-38cd-5343-adfe-d4c76732788e', 'c75d3797-8508-5a2b-84aa-600bce751050', '2026-11-26', 'vegetarian-1', 450, 'reserved', 1);
INSERT INTO public.meal_order VALUES ('demo', 'ed66019a-b74c-5dba-a32e-5fab533b650b', 'c75d3797-8508-5a2b-84aa-600bce751050', '2026-11-30', 'vegetarian-3', 450, 'reserved', 1);
INSERT INTO public.meal_order VALUES ('demo', 'c7a8c4c7-54cf-5c9a-8acc-19859f60782e', 'c75d3797-8508-5a2b-84aa-600bce751050', '2026-12-01', 'vegetarian-4', 450, 'reserved', 1);
INSERT INTO public.meal_order VALUES ('demo', 'bc65c7a3-761c-5c71-b663-a525582e2976', 'c75d3797-8508-5a2b-84aa-600bce751050', '2026-12-02', 'vegetarian-5', 450, 'reserved', 1);
INSERT INTO public.meal_order VALUES ('demo', '9248b854-ab48-5ece-83ad-32fed88ee17b', 'c75d3797-8508-5a2b-84aa-600bce751050', '2026-12-03', 'vegetarian-1', 450, 'reserved', 1);
INSERT INTO public.meal_order VALUES ('demo', '5a972a3c-514d-5cbc-bd1d-dfc73c8a9339', 'c75d3797-8508-5a2b-84aa-600bce751050', '2026-12-04', 'vegetarian-2', 450, 'reserved', 1);
INSERT INTO public.meal_order VALUES ('demo', '4ce23815-58a8-59d2-8ed7-f313b80c15b0', '2af48659-ed77-51c5-9128-4f9429fc4ad2', '2026-11-19', 'main-1', 450, 'collected', 1);
INSERT INTO public.meal_order VALUES ('demo', '15b5ccd1-5462-58e7-9039-9ae14e2b34d6', '2af48659-ed77-51c5-9128-4f9429fc4ad2', '2026-11-20', 'main-2', 450, 'collected', 1);
INSERT INTO public.meal_order VALUES ('demo', 'c4f90284-5712-5862-972a-8b06eeb4b20a', '2af48659-ed77-51c5-9128-4f9429fc4ad2', '2026-11-24', 'main-4', 450, 'reserved', 1);
INSERT INTO public.meal_order VALUES ('demo', '69e33178-1c8a-554a-8968-f48b390c28ac', '2af48659-ed77-51c5-9128-4f9429fc4ad2', '2026-11-25', 'main-5', 450, 'reserved', 1);
INSERT INTO public.meal_order VALUES ('demo', '2c044536-d11b-5bd2-b7de-965efed05dab', '2af48659-ed77-51c5-9128-4f9429fc4ad2', '2026-11-26', 'sandwich', 350, 'reserved', 1);
INSERT INTO public.meal_order VALUES ('demo', '51230b14-2a7e-5940-b469-496c877e2e20', '2af48659-ed77-51c5-9128-4f9429fc4ad2', '2026-11-30', 'vegetarian-3', 450, 'reserved', 1);
INSERT INTO public.meal_order VALUES ('demo', 'a442b76c-d652-5743-b885-a6350b3db8d8', '2af48659-ed77-51c5-9128-4f9429fc4ad2', '2026-12-02', 'main-10', 450, 'reserved', 1);
INSERT INTO public.meal_order VALUES ('demo', '6dcb9d1a-749d-5ce2-813a-64c5079b5793', '2af48659-ed77-51c5-9128-4f9429fc4ad2', '2026-12-04', 'vegetarian-2', 450, 'reserved', 1);
INSERT INTO public.meal_order VALUES ('demo', 'e86621c2-a022-5127-88c3-744430397601', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', '2026-11-24', 'vegetarian-4', 450, 'collected', 2);
INSERT INTO public.meal_order VALUES ('demo', '2d2fb408-a5ee-5f89-b6a2-6199e63a664e', 'c75d3797-8508-5a2b-84aa-600bce751050', '2026-11-24', 'vegetarian-4', 450, 'collected', 2);
INSERT INTO public.menu VALUES ('demo', '2026-11-19', 'main-1', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-19', 'vegetarian-1', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-19', 'sandwich', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-20', 'main-2', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-20', 'vegetarian-2', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-20', 'sandwich', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-23', 'main-3', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-23', 'vegetarian-3', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-23', 'sandwich', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-24', 'main-4', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-24', 'vegetarian-4', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-24', 'sandwich', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-25', 'main-5', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-25', 'vegetarian-5', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-25', 'sandwich', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-26', 'main-6', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-26', 'vegetarian-1', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-26', 'sandwich', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-27', 'main-7', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-27', 'vegetarian-2', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-27', 'sandwich', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-30', 'main-8', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-30', 'vegetarian-3', 1);
INSERT INTO public.menu VALUES ('demo', '2026-11-30', 'sandwich', 1);
INSERT INTO public.menu VALUES ('demo', '2026-12-01', 'main-9', 1);
INSERT INTO public.menu VALUES ('demo', '2026-12-01', 'vegetarian-4', 1);
INSERT INTO public.menu VALUES ('demo', '2026-12-01', 'sandwich', 1);
INSERT INTO public.menu VALUES ('demo', '2026-12-02', 'main-10', 1);
INSERT INTO public.menu VALUES ('demo', '2026-12-02', 'vegetarian-5', 1);
INSERT INTO public.menu VALUES ('demo', '2026-12-02', 'sandwich', 1);
INSERT INTO public.menu VALUES ('demo', '2026-12-03', 'main-1', 1);
INSERT INTO public.menu VALUES ('demo', '2026-12-03', 'vegetarian-1', 1);
INSERT INTO public.menu VALUES ('demo', '2026-12-03', 'sandwich', 1);
INSERT INTO public.menu VALUES ('demo', '2026-12-04', 'main-2', 1);
INSERT INTO public.menu VALUES ('demo', '2026-12-04', 'vegetarian-2', 1);
INSERT INTO public.menu VALUES ('demo', '2026-12-04', 'sandwich', 1);
INSERT INTO public.menu VALUES ('demo', '2026-12-07', 'main-3', 1);
INSERT INTO public.menu VALUES ('demo', '2026-12-07', 'vegetarian-3', 1);
INSERT INTO public.menu VALUES ('demo', '2026-12-07', 'sandwich', 1);
INSERT INTO public.product VALUES ('demo', 'main-1', 'Boulets sauce lapin, frites', 'meal', 60, 'gluten,eggs,mustard', 450, 300, 600, 750, 1);
INSERT INTO public.product VALUES ('demo', 'main-2', 'Vol-au-vent, riz', 'meal', 60, 'gluten,milk,celery', 450, 300, 600, 750, 1);
INSERT INTO public.product VALUES ('demo', 'main-3', 'Filet de cabillaud, purée', 'meal', 60, 'fish,milk', 450, 300, 600, 750, 1);
INSERT INTO public.product VALUES ('demo', 'main-4', 'Spaghetti bolognaise', 'meal', 60, 'gluten,milk,celery', 450, 300, 600, 750, 1);
INSERT INTO public.product VALUES ('demo', 'main-5', 'Carbonnades, pommes vapeur', 'meal', 60, 'gluten,mustard,sulphites', 450, 300, 600, 750, 1);
INSERT INTO public.product VALUES ('demo', 'main-6', 'Chicons au gratin', 'meal', 60, 'gluten,milk,sulphites', 450, 300, 600, 750, 1);
INSERT INTO public.product VALUES ('demo', 'main-7', 'Stoemp, saucisse', 'meal', 60, 'milk,sulphites', 450, 300, 600, 750, 1);
INSERT INTO public.product VALUES ('demo', 'main-8', 'Poulet curry, riz basmati', 'meal', 60, 'milk,celery,mustard', 450, 300, 600, 750, 1);
INSERT INTO public.product VALUES ('demo', 'main-9', 'Waterzooi de volaille', 'meal', 60, 'eggs,milk,celery', 450, 300, 600, 750, 1);
INSERT INTO public.product VALUES ('demo', 'main-10', 'Lasagne maison', 'meal', 60, 'gluten,eggs,milk', 450, 300, 600, 750, 1);
INSERT INTO public.product VALUES ('demo', 'vegetarian-1', 'Dahl de lentilles, riz', 'meal', 60, 'celery', 450, 300, 600, 750, 1);
INSERT INTO public.product VALUES ('demo', 'vegetarian-2', 'Quiche aux poireaux', 'meal', 60, 'gluten,eggs,milk', 450, 300, 600, 750, 1);
INSERT INTO public.product VALUES ('demo', 'vegetarian-3', 'Wok de légumes au tofu', 'meal', 60, 'soybeans,sesame', 450, 300, 600, 750, 1);
INSERT INTO public.product VALUES ('demo', 'vegetarian-4', 'Gnocchis à la tomate', 'meal', 60, 'gluten,milk', 450, 300, 600, 750, 1);
INSERT INTO public.product VALUES ('demo', 'vegetarian-5', 'Chili sin carne', 'meal', 60, '', 450, 300, 600, 750, 1);
INSERT INTO public.product VALUES ('demo', 'sandwich', 'Sandwich jambon-fromage', 'sandwich', 60, 'gluten,milk', 350, 250, 420, 480, 1);
INSERT INTO public.product VALUES ('demo', 'soup', 'Potage du jour', 'other', 60, 'celery', 100, NULL, NULL, NULL, 1);
INSERT INTO public.product VALUES ('demo', 'water', 'Eau 50 cl', 'drink', 60, '', 100, NULL, NULL, NULL, 1);
INSERT INTO public.product VALUES ('demo', 'lemonade', 'Limonade 33 cl', 'drink', 60, '', 150, NULL, NULL, NULL, 1);
INSERT INTO public.product VALUES ('demo', 'juice', 'Jus d''orange', 'drink', 60, '', 140, 110, 160, 190, 1);
INSERT INTO public.product VALUES ('demo', 'coffee', 'Café', 'drink', 120, '', 120, 120, 100, 150, 1);
INSERT INTO public.product VALUES ('demo', 'apple', 'Pomme', 'snack', 60, '', 60, NULL, NULL, NULL, 1);
INSERT INTO public.product VALUES ('demo', 'waffle', 'Gaufre', 'snack', 60, 'gluten,eggs,milk', 180, NULL, NULL, NULL, 1);
INSERT INTO public.product VALUES ('demo', 'yoghurt', 'Yaourt nature', 'snack', 60, 'milk', 90, 60, 110, 130, 1);
INSERT INTO public.product VALUES ('demo', 'mousse', 'Mousse au chocolat', 'snack', 120, 'eggs,milk', 160, 110, 190, 220, 1);
INSERT INTO public.product VALUES ('demo', 'notebook', 'Cahier A5', 'other', 210, '', 220, NULL, NULL, NULL, 1);
INSERT INTO public.product VALUES ('demo', 'badge', 'Badge de remplacement', 'other', 210, '', 500, NULL, NULL, NULL, 1);
INSERT INTO public.pupil VALUES ('demo', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', 'Antoine', 'Bonnet', '1A', 'pupil', '', 'vegetarian', 'fr', 1);
INSERT INTO public.pupil VALUES ('demo', 'c75d3797-8508-5a2b-84aa-600bce751050', 'Basile', 'Quinet', '1A', 'pupil', '', 'vegetarian', 'fr', 1);
INSERT INTO public.pupil VALUES ('demo', '2af48659-ed77-51c5-9128-4f9429fc4ad2', 'Clément', 'Bouchat', '1A', 'pupil', '', '', 'fr', 1);
INSERT INTO public.pupil_bought VALUES ('demo', '2af48659-ed77-51c5-9128-4f9429fc4ad2', '2026-11-24', 'lemonade', 5, 750, 3);
INSERT INTO public.pupil_limit VALUES ('demo', '2dee3070-884f-5cbf-a2b0-366f784837b0', 400, 0, '{"waffle":0}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '831a0725-121c-500f-9fcc-a3ba9d635488', NULL, 1, '{}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '2af48659-ed77-51c5-9128-4f9429fc4ad2', 1000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'ca09a2c2-e2cd-52fa-b94c-269aa04eb0d8', 1500, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '604f5b26-25af-5aec-8a3f-56b702413d91', 2000, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'ea16f230-464a-524b-95b7-ff2f7c5b98f3', 1500, 1, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '14935a64-47d0-522a-a3ef-09b3a7f841cc', 1500, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '827e9329-30ea-54fa-8ec8-143195bdec14', 1500, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '15522b26-f53e-5a67-869c-f9d1432f3ba8', 1500, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '4790334c-4b3a-5438-a6df-772f5e3a0f49', 1000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'c14bc786-65fe-59bc-b258-2da1f46947d3', 1500, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'a2436868-c4ec-5913-88c1-59fb527fbbbb', 1000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'e1599f64-311a-5183-a9db-04f4d6e530cb', 1000, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '1ef5a33b-8619-5b29-958e-53994aebc824', 2000, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'f59f0707-c065-57df-89f4-4040f8171c75', 2000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'c854a8a6-c988-5e09-8f0f-02c9d4d03d43', 1000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'c2ef916f-3459-528b-bd57-c745a46aa107', 2000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '0899a26e-fa13-599c-9eef-9d9d825f234c', 1500, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'ce521916-1e20-57b3-ac35-acff8051251f', 1000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'e0cd826f-eafe-55e2-9dc7-7d957de8fc52', 1000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '3ab4f78d-b1ea-54e3-b420-89007bcf376a', 2000, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'a15f4ccd-d881-5439-93f8-3ebe816dfa77', 1000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '712c3e79-a8ed-5e09-b353-0a4984377a53', 2000, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '2d84f0f6-d05a-5e9a-a58e-8fa21a79afdd', 1000, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '23eef8df-8334-5c1f-9ffb-a42f912cfc92', 2000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '14e1ebbe-0e69-5654-a11f-fd52afa7d6f0', 1000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '189890d0-7388-576b-9033-ee31e5a9405f', 2000, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '5ed8e1d0-5150-5f21-99d6-b2f4a46e8efd', 2000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '9b60a63c-90d4-5108-9ade-5719840dffeb', 1000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '36215efb-b859-5c5b-abe6-bb32f7086f22', 1500, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'e6b1cc16-fc1f-5c83-a194-3b2914a1403e', 1000, 1, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '307f252e-c997-5629-839a-03097743c77e', 1000, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '380d283a-fa00-59d8-8492-62b3358db3a4', 1000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '71f5f8ad-8e48-5cfd-b8ed-6614da7c35d9', 1000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '1f1493e1-ee7d-5a32-ac9e-c7a60d44345f', 2000, 1, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'a76ec712-26e5-51e2-bf02-bd6f3b57e412', 1500, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '9f48c578-e28c-5578-9b77-405b5f1a66a1', 1500, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'ce2bb639-c338-53eb-99a8-34d1be545584', 1500, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'e101e809-5fac-5b58-bd4d-61c425bd0ad9', 1500, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '35ed3df2-8c9d-5c4c-b056-a673d3597bcb', 1500, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '6b266246-81e3-5f77-ab14-ed0750f3c901', 1500, 1, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '07084b15-e000-5ce8-9568-de622a731b88', 1000, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '69070efa-46ff-56b4-a2aa-4ddea51a1ddd', 1500, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'f86f5451-0028-5aa2-b246-2427010968c3', 1000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '5e37e924-2fd0-5be7-bdd2-8351c94da31d', 1500, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'c6f8ece0-9c33-53b4-9a0c-11e8779620da', 1500, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'c8de8c11-8924-5040-bc9b-9ab6be3a09cd', 2000, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '964a0b6b-b297-5cf0-8666-260915bc5ff2', 2000, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '5c8f2930-b06f-52ab-9ffc-810a626194a2', 2000, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'a418de92-df4d-5ee1-942d-dcb2532ce4b6', 2000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '3e89e506-cf0e-5233-be65-05513578e844', 1500, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'c774e759-41ce-5751-aab0-aeebf5534261', 1500, 1, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '09e94a09-8de1-5960-943e-8522c079e731', 2000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '1f04dfdb-c4e8-5d1e-ba20-b0874a414f7b', 2000, 1, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '93892cbc-052c-5713-9377-ad18f9e1b717', 2000, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '8e764896-8043-5bb6-9989-a215573246be', 2000, 1, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '46c7454b-d4ea-574f-ac02-201308dcd558', 2000, 1, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'ca9c0466-be95-5e43-a5d2-490d5ce667f4', 1000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '6dedda72-5acb-5844-ad72-502c9ea51ef0', 1500, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'a08e4341-5e1b-5262-ba34-fcfac762baf4', 2000, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'f938132c-5f29-5eee-81db-a7644c519cda', 2000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '308609ff-3763-53ec-bf19-ab7062974256', 1000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', 'a618f73c-3937-5524-aed5-177e1aa25032', 1500, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '103d1a14-fb24-5a58-bec4-0fcccd86c028', 1000, 0, '{"lemonade":2}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '87b57225-c926-5c79-994b-0a3a87a3c9c9', 2000, 0, '{"lemonade":1}', 1);
INSERT INTO public.pupil_limit VALUES ('demo', '3c02bcf1-92b0-5bd7-ba14-4f1db3f4f999', 1500, 0, '{"lemonade":2}', 1);
INSERT INTO public.school VALUES ('demo', 'Institut du Tilleul', 'Rue de la Fontaine 12, 4999 Exempleville', 'BE 0123.456.749', 'Europe/Brussels', '00:00:00', '09:00:00', 15, '', '{"version": 2, "walk_in": "sell", "walk_in_product": "main-4", "overdraft_max_cents": 0, "sale_max_cents": 1500, "pupil_offline_max_cents": 3000, "terminal_offline_max_cents": 300000, "terminal_offline_count_max": 2000, "snapshot_warn_s": 14400, "snapshot_stop_s": 86400, "assurance_min_collect": 1, "assurance_min_sale": 1, "print_collected": 1, "print_sales": 1, "answers": "low_balance:sandwich=settle,stale_copy:drink=sell,stale_copy:sandwich=settle,stale_copy:snack=sell", "settle_max_cents": 1000, "takes_cash": 1, "top_up_max_cents": 5000, "needs_sign_in": 1, "shows_balance": 0, "request_grace_s": 3600, "study_below_zero": 1, "school_begins_at": "08:25", "asks_late_why": 1, "prints_late": 1}', '\xa2b03f39f74efd7949e693e107fa768f12b626b35b93035c3f3269e0e4c1a603', 3, 0);
INSERT INTO public.staff VALUES ('demo', 'e8fae477-e462-5087-b3de-7a00fe2fd502', 'Fatima B.', '$argon2id$v=19$m=19456,t=2,p=1$JFRx21Z5kys5aEGidxYhiQ$PnSyRU3p1FXlrWt5NEdQdWGf/BqmJu5v9v6bWj82gWc', 'sell,serve_by_name,top_up,cash,close', 1);
INSERT INTO public.staff VALUES ('demo', '4d27ed29-379c-50f8-9275-ce4138937d69', 'Marc D.', '$argon2id$v=19$m=19456,t=2,p=1$OrA+XUp3jIDi5TPgFmkoMQ$NH5VKGkbnNBtvrwRxBTNc01ksFWVUfC/H01+y8ojFtI', 'sell', 1);
INSERT INTO public.staff VALUES ('demo', 'ae2e1249-b7ff-5eff-b6df-490af6fe65c1', 'Annick P.', '$argon2id$v=19$m=19456,t=2,p=1$+gCbIh0Hu9qp5/mhnSJjxA$LE3qqTW6oDOECiUP0enZ7Nbkrsw/TZDmDfwCXuQpgUs', 'sell,serve_by_name,top_up,void,refund,cash,close,training,supervise,office', 1);
INSERT INTO public.staff VALUES ('demo', '0489851a-7083-5347-8907-cad8b6893abb', 'Nadia K.', '$argon2id$v=19$m=19456,t=2,p=1$mJtKtZCkMsHRSeCEO0zAJg$s5Ut/jHBgRO/Jm1ZiIdRFx/auLw497xwQgfXyQ56RR0', 'sell,serve_by_name,top_up,cash,close,office', 1);
INSERT INTO public.staff_badge VALUES ('demo', '5cd40ee18b4e176f83699ff19d2399b1', 'e8fae477-e462-5087-b3de-7a00fe2fd502', 1);
INSERT INTO public.staff_badge VALUES ('demo', '804e0c071f8b9f7cecb41e5364efe999', '4d27ed29-379c-50f8-9275-ce4138937d69', 1);
INSERT INTO public.staff_badge VALUES ('demo', '0cb75e6e7eb42cd405350285d1f406a4', 'ae2e1249-b7ff-5eff-b6df-490af6fe65c1', 1);
INSERT INTO public.staff_badge VALUES ('demo', '5e184577ec68b0270c0ef2d44ab85019', '0489851a-7083-5347-8907-cad8b6893abb', 1);
INSERT INTO public.terminal VALUES ('demo', '1d0a8a52-6a0e-4d0d-9a52-3d7c1b0f6e11', 'Till 1', 'active', 1, 20, '\xd74bdd72cba9102d1a7dffe9bd2536102ad9aebe87a816839066fff1025ae15c', 1, '2026-11-24T08:00:00.000Z', '2026-11-24T11:00:00.000Z');
INSERT INTO public.wallet VALUES ('demo', '2af48659-ed77-51c5-9128-4f9429fc4ad2', 4350, 0, 3);
INSERT INTO public.wallet VALUES ('demo', '94de79b6-a873-540f-adb3-c9b1ac91cf5e', 250, 0, 3);
INSERT INTO public.wallet VALUES ('demo', 'c75d3797-8508-5a2b-84aa-600bce751050', 4150, 1500, 3);
ALTER TABLE ONLY public.absence
    ADD CONSTRAINT absence_pkey PRIMARY KEY (school_id, pupil_id, day);
ALTER TABLE ONLY public.access_code
    ADD CONSTRAINT access_code_code_hash_key UNIQUE (code_hash);
ALTER TABLE ONLY public.access_code
    ADD CONSTRAINT access_code_pkey PRIMARY KEY (school_id, code_hash);
ALTER TABLE ONLY public.activity_instalment
    ADD CONSTRAINT activity_instalment_pkey PRIMARY KEY (school_id, activity_id, number);
ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_pkey PRIMARY KEY (school_id, id);
ALTER TABLE ONLY public.activity_pupil
    ADD CONSTRAINT activity_pupil_pkey PRIMARY KEY (school_id, activity_id, pupil_id);
ALTER TABLE ONLY public.appointment
    ADD CONSTRAINT appointment_pkey PRIMARY KEY (school_id, id);
ALTER TABLE ONLY public.arrival
    ADD CONSTRAINT arrival_pkey PRIMARY KEY (school_id, received_at, terminal_id, epoch, first_seq);
ALTER TABLE ONLY public.arrival_0
    ADD CONSTRAINT arrival_0_pkey PRIMARY KEY (school_id, received_at, terminal_id, epoch, first_seq);
ALTER TABLE ONLY public.arrival_1
    ADD CONSTRAINT arrival_1_pkey PRIMARY KEY (school_id, received_at, terminal_id, epoch, first_seq);
ALTER TABLE ONLY public.arrival_2
    ADD CONSTRAINT arrival_2_pkey PRIMARY KEY (school_id, received_at, terminal_id, epoch, first_seq);
ALTER TABLE ONLY public.arrival_3
    ADD CONSTRAINT arrival_3_pkey PRIMARY KEY (school_id, received_at, terminal_id, epoch, first_seq);
ALTER TABLE ONLY public.arrival_4
    ADD CONSTRAINT arrival_4_pkey PRIMARY KEY (school_id, received_at, terminal_id, epoch, first_seq);
ALTER TABLE ONLY public.arrival_5
    ADD CONSTRAINT arrival_5_pkey PRIMARY KEY (school_id, received_at, terminal_id, epoch, first_seq);
ALTER TABLE ONLY public.arrival_6
    ADD CONSTRAINT arrival_6_pkey PRIMARY KEY (school_id, received_at, terminal_id, epoch, first_seq);
ALTER TABLE ONLY public.arrival_7
    ADD CONSTRAINT arrival_7_pkey PRIMARY KEY (school_id, received_at, terminal_id, epoch, first_seq);
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (school_id, id);
ALTER TABLE ONLY public.badge_history
    ADD CONSTRAINT badge_history_pkey PRIMARY KEY (school_id, id);
ALTER TABLE ONLY public.badge
    ADD CONSTRAINT badge_pkey PRIMARY KEY (school_id, key);
ALTER TABLE ONLY public.bank_file
    ADD CONSTRAINT bank_file_pkey PRIMARY KEY (school_id, digest);
ALTER TABLE ONLY public.bank_line
    ADD CONSTRAINT bank_line_pkey PRIMARY KEY (school_id, id);
ALTER TABLE ONLY public.booking
    ADD CONSTRAINT booking_pkey PRIMARY KEY (school_id, id);
ALTER TABLE ONLY public.centre
    ADD CONSTRAINT centre_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.closing
    ADD CONSTRAINT closing_pkey PRIMARY KEY (school_id, terminal_id, epoch, seq);
ALTER TABLE ONLY public.communication
    ADD CONSTRAINT communication_pkey PRIMARY KEY (school_id, digits);
ALTER TABLE ONLY public.correction
    ADD CONSTRAINT correction_pkey PRIMARY KEY (school_id, document_id, event_id, place);
ALTER TABLE ONLY public.enrolment_code
    ADD CONSTRAINT enrolment_code_code_hash_key UNIQUE (code_hash);
ALTER TABLE ONLY public.enrolment_code
    ADD CONSTRAINT enrolment_code_pkey PRIMARY KEY (school_id, code_hash);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (school_id, terminal_id, epoch, seq);
ALTER TABLE ONLY public.event_0
    ADD CONSTRAINT event_0_pkey PRIMARY KEY (school_id, terminal_id, epoch, seq);
ALTER TABLE ONLY public.event_1
    ADD CONSTRAINT event_1_pkey PRIMARY KEY (school_id, terminal_id, epoch, seq);
ALTER TABLE ONLY public.event_2
    ADD CONSTRAINT event_2_pkey PRIMARY KEY (school_id, terminal_id, epoch, seq);
ALTER TABLE ONLY public.event_3
    ADD CONSTRAINT event_3_pkey PRIMARY KEY (school_id, terminal_id, epoch, seq);
ALTER TABLE ONLY public.event_4
    ADD CONSTRAINT event_4_pkey PRIMARY KEY (school_id, terminal_id, epoch, seq);
ALTER TABLE ONLY public.event_5
    ADD CONSTRAINT event_5_pkey PRIMARY KEY (school_id, terminal_id, epoch, seq);
ALTER TABLE ONLY public.event_6
    ADD CONSTRAINT event_6_pkey PRIMARY KEY (school_id, terminal_id, epoch, seq);
ALTER TABLE ONLY public.event_7
    ADD CONSTRAINT event_7_pkey PRIMARY KEY (school_id, terminal_id, epoch, seq);
ALTER TABLE ONLY public.exception
    ADD CONSTRAINT exception_pkey PRIMARY KEY (school_id, id);
ALTER TABLE ONLY public.family_mail
    ADD CONSTRAINT family_mail_pkey PRIMARY KEY (school_id, user_name);
ALTER TABLE ONLY public.family_mail
    ADD CONSTRAINT family_mail_word_key UNIQUE (word);
ALTER TABLE ONLY public.family_pupil
    ADD CONSTRAINT family_pupil_pkey PRIMARY KEY (school_id, user_name, pupil_id);
ALTER TABLE ONLY public.family_rule
    ADD CONSTRAINT family_rule_pkey PRIMARY KEY (school_id, word);
ALTER TABLE ONLY public.former_pupil
    ADD CONSTRAINT former_pupil_pkey PRIMARY KEY (school_id, id);
ALTER TABLE ONLY public.instalment
    ADD CONSTRAINT instalment_pkey PRIMARY KEY (school_id, invoice_id, number);
ALTER TABLE ONLY public.invoice
    ADD CONSTRAINT invoice_pkey PRIMARY KEY (school_id, id);
ALTER TABLE ONLY public.late_arrival
    ADD CONSTRAINT late_arrival_pkey PRIMARY KEY (school_id, key);
ALTER TABLE ONLY public.posted_leg
    ADD CONSTRAINT leg_pkey PRIMARY KEY (school_id, booking_id, name);
ALTER TABLE ONLY public.leg_0
    ADD CONSTRAINT leg_0_pkey PRIMARY KEY (school_id, booking_id, name);
ALTER TABLE ONLY public.leg_1
    ADD CONSTRAINT leg_1_pkey PRIMARY KEY (school_id, booking_id, name);
ALTER TABLE ONLY public.leg_2
    ADD CONSTRAINT leg_2_pkey PRIMARY KEY (school_id, booking_id, name);
ALTER TABLE ONLY public.leg_3
    ADD CONSTRAINT leg_3_pkey PRIMARY KEY (school_id, booking_id, name);
ALTER TABLE ONLY public.leg_4
    ADD CONSTRAINT leg_4_pkey PRIMARY KEY (school_id, booking_id, name);
ALTER TABLE ONLY public.leg_5
    ADD CONSTRAINT leg_5_pkey PRIMARY KEY (school_id, booking_id, name);
ALTER TABLE ONLY public.leg_6
    ADD CONSTRAINT leg_6_pkey PRIMARY KEY (school_id, booking_id, name);
ALTER TABLE ONLY public.leg_7
    ADD CONSTRAINT leg_7_pkey PRIMARY KEY (school_id, booking_id, name);
ALTER TABLE ONLY public.mail
    ADD CONSTRAINT mail_pkey PRIMARY KEY (school_id, id);
ALTER TABLE ONLY public.meal_order
    ADD CONSTRAINT meal_order_pkey PRIMARY KEY (school_id, id);
ALTER TABLE ONLY public.meeting_attendance
    ADD CONSTRAINT meeting_attendance_pkey PRIMARY KEY (school_id, evening_id, starts_at, pupil_id);
ALTER TABLE ONLY public.meeting_class
    ADD CONSTRAINT meeting_class_pkey PRIMARY KEY (school_id, evening_id, class_name, teacher_id);
ALTER TABLE ONLY public.meeting_evening
    ADD CONSTRAINT meeting_evening_pkey PRIMARY KEY (school_id, id);
ALTER TABLE ONLY public.meeting_slot
    ADD CONSTRAINT meeting_slot_pkey PRIMARY KEY (school_id, evening_id, teacher_id, starts_at);
ALTER TABLE ONLY public.meeting_teacher
    ADD CONSTRAINT meeting_teacher_pkey PRIMARY KEY (school_id, evening_id, id);
ALTER TABLE ONLY public.menu
    ADD CONSTRAINT menu_pkey PRIMARY KEY (school_id, day, product_id);
ALTER TABLE ONLY public.order_request
    ADD CONSTRAINT order_request_pkey PRIMARY KEY (school_id, id);
ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_pkey PRIMARY KEY (school_id, id);
ALTER TABLE ONLY public.pupil_bought
    ADD CONSTRAINT pupil_bought_pkey PRIMARY KEY (school_id, pupil_id, day, product_id);
ALTER TABLE ONLY public.pupil_limit
    ADD CONSTRAINT pupil_limit_pkey PRIMARY KEY (school_id, pupil_id);
ALTER TABLE ONLY public.pupil_photo
    ADD CONSTRAINT pupil_photo_pkey PRIMARY KEY (school_id, pupil_id);
ALTER TABLE ONLY public.pupil
    ADD CONSTRAINT pupil_pkey PRIMARY KEY (school_id, id);
ALTER TABLE ONLY public.school_account
    ADD CONSTRAINT school_account_iban_key UNIQUE (iban);
ALTER TABLE ONLY public.school_account
    ADD CONSTRAINT school_account_pkey PRIMARY KEY (school_id, iban);
ALTER TABLE ONLY public.school
    ADD CONSTRAINT school_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.sign_in_try
    ADD CONSTRAINT sign_in_try_pkey PRIMARY KEY (bucket);
ALTER TABLE ONLY public.staff_badge
    ADD CONSTRAINT staff_badge_pkey PRIMARY KEY (school_id, key);
ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_pkey PRIMARY KEY (school_id, id);
ALTER TABLE ONLY public.stray_event
    ADD CONSTRAINT stray_event_pkey PRIMARY KEY (school_id, terminal_id, epoch, seq, hash);
ALTER TABLE ONLY public.study_enrolment
    ADD CONSTRAINT study_enrolment_pkey PRIMARY KEY (school_id, pupil_id, session_id);
ALTER TABLE ONLY public.study_presence
    ADD CONSTRAINT study_presence_pkey PRIMARY KEY (school_id, key);
ALTER TABLE ONLY public.study_session
    ADD CONSTRAINT study_session_pkey PRIMARY KEY (school_id, id);
ALTER TABLE ONLY public.terminal_health
    ADD CONSTRAINT terminal_health_pkey PRIMARY KEY (school_id, terminal_id);
ALTER TABLE ONLY public.terminal
    ADD CONSTRAINT terminal_id_key UNIQUE (id);
ALTER TABLE ONLY public.terminal_key
    ADD CONSTRAINT terminal_key_id_key UNIQUE (id);
ALTER TABLE ONLY public.terminal_key
    ADD CONSTRAINT terminal_key_pkey PRIMARY KEY (school_id, id);
ALTER TABLE ONLY public.terminal
    ADD CONSTRAINT terminal_pkey PRIMARY KEY (school_id, id);
ALTER TABLE ONLY public.wallet
    ADD CONSTRAINT wallet_pkey PRIMARY KEY (school_id, pupil_id);
ALTER TABLE ONLY public.web_session
    ADD CONSTRAINT web_session_pkey PRIMARY KEY (school_id, token_hash);
ALTER TABLE ONLY public.web_session
    ADD CONSTRAINT web_session_token_hash_key UNIQUE (token_hash);
ALTER TABLE ONLY public.web_user
    ADD CONSTRAINT web_user_name_key UNIQUE (name);
ALTER TABLE ONLY public.web_user
    ADD CONSTRAINT web_user_pkey PRIMARY KEY (school_id, name);
CREATE INDEX absence_day ON public.absence USING btree (school_id, day);
CREATE INDEX absence_feed ON public.absence USING btree (school_id, cursor);
CREATE INDEX activity_of_pupil ON public.activity_pupil USING btree (school_id, pupil_id);
CREATE UNIQUE INDEX appointment_once ON public.appointment USING btree (school_id, evening_id, pupil_id, teacher_id) WHERE (state = 'booked'::text);
CREATE UNIQUE INDEX appointment_slot ON public.appointment USING btree (school_id, evening_id, teacher_id, starts_at) WHERE (state = 'booked'::text);
CREATE INDEX attendance_of ON public.meeting_attendance USING btree (school_id, appointment_id);
CREATE INDEX audit_at ON public.audit USING btree (school_id, at);
CREATE INDEX badge_history_pupil ON public.badge_history USING btree (school_id, pupil_id);
CREATE UNIQUE INDEX badge_in_use ON public.badge USING btree (school_id, pupil_id, kind) WHERE ((state = 'active'::text) AND (kind <> ''::text));
CREATE INDEX bank_line_entry ON public.bank_line USING btree (school_id, account, booked_on, cents);
CREATE INDEX bank_line_state ON public.bank_line USING btree (school_id, state, booked_on);
CREATE INDEX booking_subject ON public.booking USING btree (school_id, subject);
CREATE UNIQUE INDEX communication_of ON public.communication USING btree (school_id, pupil_id, school_year);
CREATE UNIQUE INDEX event_id ON ONLY public.event USING btree (school_id, id);
CREATE UNIQUE INDEX event_0_school_id_id_idx ON public.event_0 USING btree (school_id, id);
CREATE UNIQUE INDEX event_1_school_id_id_idx ON public.event_1 USING btree (school_id, id);
CREATE UNIQUE INDEX event_2_school_id_id_idx ON public.event_2 USING btree (school_id, id);
CREATE UNIQUE INDEX event_3_school_id_id_idx ON public.event_3 USING btree (school_id, id);
CREATE UNIQUE INDEX event_4_school_id_id_idx ON public.event_4 USING btree (school_id, id);
CREATE UNIQUE INDEX event_5_school_id_id_idx ON public.event_5 USING btree (school_id, id);
CREATE UNIQUE INDEX event_6_school_id_id_idx ON public.event_6 USING btree (school_id, id);
CREATE UNIQUE INDEX event_7_school_id_id_idx ON public.event_7 USING btree (school_id, id);
CREATE INDEX exception_subject ON public.exception USING btree (school_id, subject);
CREATE INDEX family_pupil_of ON public.family_pupil USING btree (school_id, pupil_id);
CREATE UNIQUE INDEX invoice_digits ON public.invoice USING btree (school_id, digits);
CREATE INDEX invoice_of_pupil ON public.invoice USING btree (school_id, pupil_id);
CREATE INDEX late_arrival_day ON public.late_arrival USING btree (school_id, day);
CREATE INDEX late_arrival_feed ON public.late_arrival USING btree (school_id, cursor);
CREATE INDEX late_arrival_pupil ON public.late_arrival USING btree (school_id, pupil_id, day);
CREATE INDEX leg_wallet ON ONLY public.posted_leg USING btree (school_id, at, booking_id, owner) WHERE (account = ANY (ARRAY['wallet.general'::text, 'wallet.reserve'::text]));
CREATE INDEX leg_0_school_id_at_booking_id_owner_idx ON public.leg_0 USING btree (school_id, at, booking_id, owner) WHERE (account = ANY (ARRAY['wallet.general'::text, 'wallet.reserve'::text]));
CREATE INDEX leg_1_school_id_at_booking_id_owner_idx ON public.leg_1 USING btree (school_id, at, booking_id, owner) WHERE (account = ANY (ARRAY['wallet.general'::text, 'wallet.reserve'::text]));
CREATE INDEX leg_2_school_id_at_booking_id_owner_idx ON public.leg_2 USING btree (school_id, at, booking_id, owner) WHERE (account = ANY (ARRAY['wallet.general'::text, 'wallet.reserve'::text]));
CREATE INDEX leg_3_school_id_at_booking_id_owner_idx ON public.leg_3 USING btree (school_id, at, booking_id, owner) WHERE (account = ANY (ARRAY['wallet.general'::text, 'wallet.reserve'::text]));
CREATE INDEX leg_4_school_id_at_booking_id_owner_idx ON public.leg_4 USING btree (school_id, at, booking_id, owner) WHERE (account = ANY (ARRAY['wallet.general'::text, 'wallet.reserve'::text]));
CREATE INDEX leg_5_school_id_at_booking_id_owner_idx ON public.leg_5 USING btree (school_id, at, booking_id, owner) WHERE (account = ANY (ARRAY['wallet.general'::text, 'wallet.reserve'::text]));
CREATE INDEX leg_6_school_id_at_booking_id_owner_idx ON public.leg_6 USING btree (school_id, at, booking_id, owner) WHERE (account = ANY (ARRAY['wallet.general'::text, 'wallet.reserve'::text]));
CREATE INDEX leg_7_school_id_at_booking_id_owner_idx ON public.leg_7 USING btree (school_id, at, booking_id, owner) WHERE (account = ANY (ARRAY['wallet.general'::text, 'wallet.reserve'::text]));
CREATE INDEX mail_due ON public.mail USING btree (state, next_at);
CREATE INDEX meal_order_day ON public.meal_order USING btree (school_id, day, pupil_id);
CREATE INDEX meal_order_feed ON public.meal_order USING btree (school_id, cursor);
CREATE INDEX meal_order_pupil ON public.meal_order USING btree (school_id, pupil_id, day);
CREATE INDEX order_request_feed ON public.order_request USING btree (school_id, cursor);
CREATE INDEX pupil_bought_feed ON public.pupil_bought USING btree (school_id, cursor);
CREATE INDEX pupil_photo_feed ON public.pupil_photo USING btree (school_id, cursor);
CREATE INDEX pupil_photo_named ON public.pupil_photo USING btree (school_id, digest);
CREATE INDEX study_enrolment_feed ON public.study_enrolment USING btree (school_id, cursor);
CREATE INDEX study_enrolment_of ON public.study_enrolment USING btree (school_id, session_id);
CREATE INDEX study_presence_day ON public.study_presence USING btree (school_id, day, session_id);
CREATE INDEX study_presence_feed ON public.study_presence USING btree (school_id, cursor);
CREATE INDEX study_presence_pupil ON public.study_presence USING btree (school_id, pupil_id, day);
ALTER INDEX public.arrival_pkey ATTACH PARTITION public.arrival_0_pkey;
ALTER INDEX public.arrival_pkey ATTACH PARTITION public.arrival_1_pkey;
ALTER INDEX public.arrival_pkey ATTACH PARTITION public.arrival_2_pkey;
ALTER INDEX public.arrival_pkey ATTACH PARTITION public.arrival_3_pkey;
ALTER INDEX public.arrival_pkey ATTACH PARTITION public.arrival_4_pkey;
ALTER INDEX public.arrival_pkey ATTACH PARTITION public.arrival_5_pkey;
ALTER INDEX public.arrival_pkey ATTACH PARTITION public.arrival_6_pkey;
ALTER INDEX public.arrival_pkey ATTACH PARTITION public.arrival_7_pkey;
ALTER INDEX public.event_pkey ATTACH PARTITION public.event_0_pkey;
ALTER INDEX public.event_id ATTACH PARTITION public.event_0_school_id_id_idx;
ALTER INDEX public.event_pkey ATTACH PARTITION public.event_1_pkey;
ALTER INDEX public.event_id ATTACH PARTITION public.event_1_school_id_id_idx;
ALTER INDEX public.event_pkey ATTACH PARTITION public.event_2_pkey;
ALTER INDEX public.event_id ATTACH PARTITION public.event_2_school_id_id_idx;
ALTER INDEX public.event_pkey ATTACH PARTITION public.event_3_pkey;
ALTER INDEX public.event_id ATTACH PARTITION public.event_3_school_id_id_idx;
ALTER INDEX public.event_pkey ATTACH PARTITION public.event_4_pkey;
ALTER INDEX public.event_id ATTACH PARTITION public.event_4_school_id_id_idx;
ALTER INDEX public.event_pkey ATTACH PARTITION public.event_5_pkey;
ALTER INDEX public.event_id ATTACH PARTITION public.event_5_school_id_id_idx;
ALTER INDEX public.event_pkey ATTACH PARTITION public.event_6_pkey;
ALTER INDEX public.event_id ATTACH PARTITION public.event_6_school_id_id_idx;
ALTER INDEX public.event_pkey ATTACH PARTITION public.event_7_pkey;
ALTER INDEX public.event_id ATTACH PARTITION public.event_7_school_id_id_idx;
ALTER INDEX public.leg_pkey ATTACH PARTITION public.leg_0_pkey;
ALTER INDEX public.leg_wallet ATTACH PARTITION public.leg_0_school_id_at_booking_id_owner_idx;
ALTER INDEX public.leg_pkey ATTACH PARTITION public.leg_1_pkey;
ALTER INDEX public.leg_wallet ATTACH PARTITION public.leg_1_school_id_at_booking_id_owner_idx;
ALTER INDEX public.leg_pkey ATTACH PARTITION public.leg_2_pkey;
ALTER INDEX public.leg_wallet ATTACH PARTITION public.leg_2_school_id_at_booking_id_owner_idx;
ALTER INDEX public.leg_pkey ATTACH PARTITION public.leg_3_pkey;
ALTER INDEX public.leg_wallet ATTACH PARTITION public.leg_3_school_id_at_booking_id_owner_idx;
ALTER INDEX public.leg_pkey ATTACH PARTITION public.leg_4_pkey;
ALTER INDEX public.leg_wallet ATTACH PARTITION public.leg_4_school_id_at_booking_id_owner_idx;
ALTER INDEX public.leg_pkey ATTACH PARTITION public.leg_5_pkey;
ALTER INDEX public.leg_wallet ATTACH PARTITION public.leg_5_school_id_at_booking_id_owner_idx;
ALTER INDEX public.leg_pkey ATTACH PARTITION public.leg_6_pkey;
ALTER INDEX public.leg_wallet ATTACH PARTITION public.leg_6_school_id_at_booking_id_owner_idx;
ALTER INDEX public.leg_pkey ATTACH PARTITION public.leg_7_pkey;
ALTER INDEX public.leg_wallet ATTACH PARTITION public.leg_7_school_id_at_booking_id_owner_idx;
CREATE TRIGGER arrival_refusal BEFORE DELETE OR UPDATE ON public.arrival FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER audit_refusal BEFORE DELETE OR UPDATE ON public.audit FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER badge_history_refusal BEFORE DELETE OR UPDATE ON public.badge_history FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER bank_file_refusal BEFORE DELETE OR UPDATE ON public.bank_file FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER booking_refusal BEFORE DELETE OR UPDATE ON public.booking FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER correction_refusal BEFORE DELETE OR UPDATE ON public.correction FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER event_refusal BEFORE DELETE OR UPDATE ON public.event FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER leg_refusal BEFORE DELETE OR UPDATE ON public.posted_leg FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER stray_event_refusal BEFORE DELETE OR UPDATE ON public.stray_event FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_school_id_fkey FOREIGN KEY (school_id) REFERENCES public.school(id);
ALTER TABLE ONLY public.bank_file
    ADD CONSTRAINT bank_file_school_id_fkey FOREIGN KEY (school_id) REFERENCES public.school(id);
ALTER TABLE ONLY public.communication
    ADD CONSTRAINT communication_school_id_fkey FOREIGN KEY (school_id) REFERENCES public.school(id);
ALTER TABLE ONLY public.enrolment_code
    ADD CONSTRAINT enrolment_code_school_id_fkey FOREIGN KEY (school_id) REFERENCES public.school(id);
ALTER TABLE ONLY public.family_rule
    ADD CONSTRAINT family_rule_school_id_fkey FOREIGN KEY (school_id) REFERENCES public.school(id);
ALTER TABLE ONLY public.former_pupil
    ADD CONSTRAINT former_pupil_school_id_fkey FOREIGN KEY (school_id) REFERENCES public.school(id);
ALTER TABLE ONLY public.meeting_evening
    ADD CONSTRAINT meeting_evening_school_id_fkey FOREIGN KEY (school_id) REFERENCES public.school(id);
ALTER TABLE ONLY public.order_request
    ADD CONSTRAINT order_request_school_id_fkey FOREIGN KEY (school_id) REFERENCES public.school(id);
ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_school_id_fkey FOREIGN KEY (school_id) REFERENCES public.school(id);
ALTER TABLE ONLY public.pupil_photo
    ADD CONSTRAINT pupil_photo_school_id_fkey FOREIGN KEY (school_id) REFERENCES public.school(id);
ALTER TABLE ONLY public.pupil
    ADD CONSTRAINT pupil_school_id_fkey FOREIGN KEY (school_id) REFERENCES public.school(id);
ALTER TABLE ONLY public.school_account
    ADD CONSTRAINT school_account_school_id_fkey FOREIGN KEY (school_id) REFERENCES public.school(id);
ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_school_id_fkey FOREIGN KEY (school_id) REFERENCES public.school(id);
ALTER TABLE ONLY public.study_session
    ADD CONSTRAINT study_session_school_id_fkey FOREIGN KEY (school_id) REFERENCES public.school(id);
ALTER TABLE ONLY public.terminal
    ADD CONSTRAINT terminal_school_id_fkey FOREIGN KEY (school_id) REFERENCES public.school(id);
ALTER TABLE ONLY public.web_session
    ADD CONSTRAINT web_session_school_id_fkey FOREIGN KEY (school_id) REFERENCES public.school(id);
ALTER TABLE ONLY public.web_user
    ADD CONSTRAINT web_user_school_id_fkey FOREIGN KEY (school_id) REFERENCES public.school(id);
