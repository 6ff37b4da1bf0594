-- Logins with no more rights than their work needs. After `dodomu db upgrade`, as the owner:
--   psql -v bot="'a long password'" -v desk="'another'" -f deploy/postgres/logins.sql
CREATE ROLE dodomu_bots_login LOGIN PASSWORD :bot
    IN ROLE dodomu_bot, dodomu_sender, dodomu_janitor;
CREATE ROLE dodomu_desks_login LOGIN PASSWORD :desk IN ROLE dodomu_desk;
