/**
 * Passwords that guessers try first, as they recur in published breach statistics. Only those of at least eight
 * characters, for shorter ones are refused by length; lower case, for the look-up ignores case.
 */
const text = `
00000000 000000000 0000000000 01234567 012345678 0123456789 0987654321 10203040 1029384756 11111111 111111111
1111111111 11223344 1122334455 11235813 12121212 12301230 12312312 123123123 123123123123 12341234 1234512345
12345678 123456789 1234567890 12345678910 123456789a 123456789q 12345678a 12345678q 12344321 1234554321 1234qwer
123654789 123789456 123qweasd 123qwe123 147258369 14789632 147852369 18273645 19283746 1q2w3e4r 1q2w3e4r5t
1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 1qaz1qaz 20202020 21212121 22222222 23232323 31415926 3141592654
321321321 33333333 44444444 55555555 55555555555 66666666 69696969 741852963 77777777 777777777 7777777777 789456123
78945612 85208520 87654321 88888888 888888888 8888888888 963852741 9876543210 987654321 98765432 99999999 999999999
a1234567 a12345678 a123456789 a1b2c3d4 a1b2c3d4e5 aa123456 aa12345678 aaaaaaaa aaaaaaaaa abc12345 abc123456
abc123abc abcd1234 abcd12345 abcdefgh abcdefghi adminadmin admin123 admin1234 admin12345 administrator alexander
alexandra american anderson andromeda arsenal1 asdasdasd asdf1234 asdfasdf asdfghjk asdfghjkl asdfjkl; babygirl
babygirl1 barcelona baseball baseball1 basketball benjamin bigdaddy blink182 brooklyn butterfly carolina challenge
champion changeme changeme1 changeme123 charlie1 charlotte chelsea1 chocolate christian christopher cocacola
computer computer1 corvette creative cristina danielle december default1 dolphins dragon123 einstein elephant
elizabeth everything facebook firebird fireball flower123 football football1 forever1 fortnite fuckyou1 fuckyou123
fuckyou2 gangster garfield george123 gfhjkm123 godzilla goldfish google123 guest123 guitar123 hahahaha hallo123
hardcore hello123 hello1234 hellohello hercules iloveyou iloveyou1 iloveyou2 iloveyou123 infinity internet isabella
jasmine1 jennifer jessica1 jonathan jordan23 kathleen killer123 kimberly kristina lavender letmein1 letmein123
letmeinnow liverpool liverpool1 lovelove loveyou1 manchester marathon margarita marlboro marshall master123 matrix123
maverick mercedes metallica michael1 michelle midnight minecraft monkey123 monster1 mustang1 myspace1 napoleon
nathaniel newpassword nicholas nintendo november p@ssw0rd p@ssw0rd1 p@ssword pa$$w0rd pa55word pass1234 pass12345
passpass passw0rd passw0rd1 password password! password0 password01 password1 password1! password10 password11
password12 password123 password123! password1234 password12345 password2 password3 password9 password99 patricia
pokemon123 princess princess1 pussycat q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 qazwsx123 qazwsxedc qwaszx12 qwer1234
qwerasdf qwerasdfzxcv qwert123 qwert12345 qwerty01 qwerty11 qwerty12 qwerty123 qwerty1234 qwerty12345 qwerty123456
qwertyui qwertyuiop qwertyuiop123 qwertz123 rootroot sabrina1 samantha samsung1 scorpion security september
serenity slipknot snowball softball spiderman spongebob starwars starwars1 steelers sunflower sunshine sunshine1
superman superman1 superstar swordfish testtest test1234 test12345 testing1 testing123 thunder1 tinkerbell
tottenham trustno1 undertaker valentina victoria vladimir volleyball wachtwoord warcraft welcome1 welcome123
welcome1234 westside whatever whatever1 william1 williams windows1 woaini1314 wolverine xxxxxxxx yankees1 zaq12wsx
zaq1zaq1 zxcvbnm1 zxcvbnm123 zzzzzzzz
`;

export const commonPasswords: ReadonlySet<string> = new Set(text.trim().split(/\s+/));
