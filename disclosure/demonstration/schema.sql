-- The tables of the demonstration marketplace. Times are ISO 8601 in UTC, to the second.
CREATE TABLE users (
    account TEXT PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    real_name TEXT NOT NULL,
    gender TEXT NOT NULL,
    date_of_birth TEXT NOT NULL,
    deceased_on TEXT,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    postal_address TEXT NOT NULL,
    country TEXT NOT NULL,
    language TEXT NOT NULL,
    storage_region TEXT NOT NULL,
    registered_at TEXT NOT NULL,
    collected_at TEXT NOT NULL,
    id_type TEXT NOT NULL,
    id_number TEXT NOT NULL,
    id_image TEXT,
    face_template TEXT,
    bank_account TEXT,
    payment_token TEXT,
    guardian_name TEXT,
    guardian_contact TEXT,
    business_name TEXT,
    business_licence_no TEXT,
    cookies_refused INTEGER NOT NULL,
    safety_flag INTEGER NOT NULL
);
CREATE TABLE credentials (
    account TEXT PRIMARY KEY REFERENCES users (account),
    password_hash TEXT NOT NULL,
    mfa_secret TEXT
);
CREATE TABLE logins (
    login_id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES users (account),
    happened_at TEXT NOT NULL,
    result TEXT NOT NULL,
    ip TEXT NOT NULL,
    port INTEGER NOT NULL,
    browser TEXT NOT NULL,
    language TEXT NOT NULL,
    os TEXT NOT NULL,
    device_model TEXT NOT NULL,
    device_id TEXT NOT NULL,
    cookie_id TEXT,
    cookie_choice TEXT NOT NULL,
    coarse_geo TEXT NOT NULL,
    precise_geo TEXT,
    storage_region TEXT NOT NULL
);
CREATE TABLE page_views (
    view_id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES users (account),
    happened_at TEXT NOT NULL,
    page TEXT NOT NULL,
    cookie_choice TEXT NOT NULL,
    storage_region TEXT NOT NULL
);
CREATE TABLE partner_records (
    record_id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES users (account),
    partner TEXT NOT NULL,
    lawful_source TEXT,
    received_at TEXT NOT NULL,
    logistics_phone TEXT,
    logistics_address TEXT,
    payment_ref TEXT,
    social_id TEXT,
    segment TEXT,
    credit_score TEXT,
    storage_region TEXT NOT NULL
);
CREATE TABLE orders (
    reference TEXT PRIMARY KEY,
    buyer TEXT NOT NULL REFERENCES users (account),
    seller TEXT NOT NULL REFERENCES users (account),
    title TEXT NOT NULL,
    amount INTEGER NOT NULL,
    paid INTEGER NOT NULL,
    currency TEXT NOT NULL,
    on_platform INTEGER NOT NULL,
    placed_at TEXT NOT NULL,
    shipped_at TEXT,
    closed_at TEXT,
    breach_at TEXT
);
CREATE TABLE messages (
    message_id TEXT PRIMARY KEY,
    order_reference TEXT NOT NULL REFERENCES orders (reference),
    sender TEXT NOT NULL REFERENCES users (account),
    sent_at TEXT NOT NULL,
    answered_at TEXT,
    body TEXT NOT NULL
);
CREATE TABLE complaints (
    reference TEXT PRIMARY KEY,
    complainant TEXT NOT NULL REFERENCES users (account),
    respondent TEXT NOT NULL REFERENCES users (account),
    title TEXT NOT NULL,
    right_ref TEXT NOT NULL,
    complainant_name TEXT NOT NULL,
    agent_name TEXT,
    contact_email TEXT NOT NULL,
    contact_phone TEXT NOT NULL,
    service_address TEXT NOT NULL,
    id_document TEXT NOT NULL,
    proof_of_right INTEGER NOT NULL,
    true_identity INTEGER NOT NULL,
    locatable_goods INTEGER NOT NULL,
    preliminary_evidence INTEGER NOT NULL,
    statement_of_truth INTEGER NOT NULL,
    filed_at TEXT NOT NULL,
    forwarded_at TEXT,
    state TEXT NOT NULL,
    malicious INTEGER NOT NULL,
    storage_region TEXT NOT NULL
);
CREATE TABLE consents (
    reference TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES users (account),
    recipient TEXT NOT NULL,
    purpose TEXT NOT NULL,
    fields TEXT NOT NULL,
    text_version TEXT NOT NULL,
    channel TEXT NOT NULL,
    separate INTEGER NOT NULL,
    sensitive_separate INTEGER NOT NULL,
    guardian INTEGER NOT NULL,
    given_at TEXT NOT NULL,
    expires_at TEXT,
    access_ends_at TEXT,
    withdrawn_at TEXT
);
CREATE TABLE partners (
    reference TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    contract TEXT,
    contract_until TEXT
);
CREATE TABLE services (
    reference TEXT PRIMARY KEY,
    order_reference TEXT NOT NULL REFERENCES orders (reference),
    partner TEXT NOT NULL REFERENCES partners (reference),
    template TEXT,
    access_ends_at TEXT
);
CREATE TABLE searches (
    search_id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES users (account),
    happened_at TEXT NOT NULL,
    keywords TEXT NOT NULL
);
CREATE TABLE publications (
    publication_id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES users (account),
    happened_at TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE violations (
    reference TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES users (account),
    decided_at TEXT NOT NULL,
    rule TEXT NOT NULL,
    measure TEXT NOT NULL,
    final INTEGER NOT NULL
);
