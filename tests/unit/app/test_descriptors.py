import resource
import subprocess
import sys


def test_the_soft_limit_is_raised_to_the_hard_one():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    code = (
        "import resource; from tunerr.app.descriptors import raise_descriptor_limit;"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, (64, {hard}));"
        "raise_descriptor_limit(); print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert int(result.stdout) == hard
