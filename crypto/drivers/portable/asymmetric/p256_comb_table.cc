// SPDX-License-Identifier: Apache-2.0
// The multiples of the generator that MultiplyBase adds; p256_point.h says which is where. Each is
// computed anew, by doubling and adding, and compared in p256_test.cc.
#include "crypto/drivers/portable/asymmetric/p256_point.h"

namespace merlon::crypto::p256 {

const AffinePoint kCombTable[4][15] = {
    {
        {Coordinate::FromMontgomery(
             {0x79e730d418a9143c, 0x75ba95fc5fedb601, 0x79fb732b77622510, 0x18905f76a53755c6}),
         Coordinate::FromMontgomery(
             {0xddf25357ce95560a, 0x8b4ab8e4ba19e45c, 0xd2e88688dd21f325, 0x8571ff1825885d85})},
        {Coordinate::FromMontgomery(
             {0x4f922fc516a0d2bb, 0x0d5cc16c1a623499, 0x9241cf3a57c62c8b, 0x2f5e6961fd1b667f}),
         Coordinate::FromMontgomery(
             {0x5c15c70bf5a01797, 0x3d20b44d60956192, 0x04911b37071fdb52, 0xf648f9168d6f0f7b})},
        {Coordinate::FromMontgomery(
             {0x9e566847e137bbbc, 0xe434469e8a6a0bec, 0xb1c4276179d73463, 0x5abe0285133d0015}),
         Coordinate::FromMontgomery(
             {0x92aa837cc04c7dab, 0x573d9f4c43260c07, 0x0c93156278e6cc37, 0x94bb725b6b6f7383})},
        {Coordinate::FromMontgomery(
             {0x62a8c244bfe20925, 0x91c19ac38fdce867, 0x5a96a5d5dd387063, 0x61d587d421d324f6}),
         Coordinate::FromMontgomery(
             {0xe87673a2a37173ea, 0x2384800853778b65, 0x10f8441e05bab43e, 0xfa11fe124621efbe})},
        {Coordinate::FromMontgomery(
             {0x1c891f2b2cb19ffd, 0x01ba8d5bb1923c23, 0xb6d03d678ac5ca8e, 0x586eb04c1f13bedc}),
         Coordinate::FromMontgomery(
             {0x0c35c6e527e8ed09, 0x1e81a33c1819ede2, 0x278fd6c056c652fa, 0x19d5ac0870864f11})},
        {Coordinate::FromMontgomery(
             {0x62577734d2b533d5, 0x673b8af6a1bdddc0, 0x577e7c9aa79ec293, 0xbb6de651c3b266b1}),
         Coordinate::FromMontgomery(
             {0xe7e9303ab65259b3, 0xd6a0afd3d03a7480, 0xc5ac83d19b3cfc27, 0x60b4619a5d18b99b})},
        {Coordinate::FromMontgomery(
             {0xbd6a38e11ae5aa1c, 0xb8b7652b49e73658, 0x0b130014ee5f87ed, 0x9d0f27b2aeebffcd}),
         Coordinate::FromMontgomery(
             {0xca9246317a730a55, 0x9c955b2fddbbc83a, 0x07c1dfe0ac019a71, 0x244a566d356ec48d})},
        {Coordinate::FromMontgomery(
             {0x56f8410ef4f8b16a, 0x97241afec47b266a, 0x0a406b8e6d9c87c1, 0x803f3e02cd42ab1b}),
         Coordinate::FromMontgomery(
             {0x7f0309a804dbec69, 0xa83b85f73bbad05f, 0xc6097273ad8e197f, 0xc097440e5067adc1})},
        {Coordinate::FromMontgomery(
             {0x846a56f2c379ab34, 0xa8ee068b841df8d1, 0x20314459176c68ef, 0xf1af32d5915f1f30}),
         Coordinate::FromMontgomery(
             {0x99c375315d75bd50, 0x837cffbaf72f67bc, 0x0613a41848d7723f, 0x23d0f130e2d41c8b})},
        {Coordinate::FromMontgomery(
             {0xed93e225d5be5a2b, 0x6fe799835934f3c6, 0x4314092622626ffc, 0x50bbb4d97990216a}),
         Coordinate::FromMontgomery(
             {0x378191c6e57ec63e, 0x65422c40181dcdb2, 0x41a8099b0236e0f6, 0x2b10011801fe49c3})},
        {Coordinate::FromMontgomery(
             {0xfc68b5c59b391593, 0xc385f5a2598270fc, 0x7144f3aad19adcbb, 0xdd55899983fbae0c}),
         Coordinate::FromMontgomery(
             {0x93b88b8e74b82ff4, 0xd2e03c4071e734c9, 0x9a7a9eaf43c0322a, 0xe6e4c551149d6041})},
        {Coordinate::FromMontgomery(
             {0x5fe14bfe80ec21fe, 0xf6ce116ac255be82, 0x98bc5a072f4a5d67, 0xfad27148db7e63af}),
         Coordinate::FromMontgomery(
             {0x90c0b6ac29ab05b3, 0x37a9a83c4e251ae6, 0x0a7dc875c2aade7d, 0x77387de39f0e1a84})},
        {Coordinate::FromMontgomery(
             {0x1e9ecc49a56c0dd7, 0xa5cffcd846086c74, 0x8f7a1408f505aece, 0xb37b85c0bef0c47e}),
         Coordinate::FromMontgomery(
             {0x3596b6e4cc0e6a8f, 0xfd6d4bbf6b388f23, 0xaba453fac39cef4e, 0x9c135ac8f9f628d5})},
        {Coordinate::FromMontgomery(
             {0x0a1c729495c8f8be, 0x2961c4803bf362bf, 0x9e418403df63d4ac, 0xc109f9cb91ece900}),
         Coordinate::FromMontgomery(
             {0xc2d095d058945705, 0xb9083d96ddeb85c0, 0x84692b8d7a40449b, 0x9bc3344f2eee1ee1})},
        {Coordinate::FromMontgomery(
             {0x0d5ae35642913074, 0x55491b2748a542b1, 0x469ca665b310732a, 0x29591d525f1a4cc1}),
         Coordinate::FromMontgomery(
             {0xe76f5b6bb84f983f, 0xbe7eef419f5f84e1, 0x1200d49680baa189, 0x6376551f18ef332c})},
    },
    {
        {Coordinate::FromMontgomery(
             {0x0f0165fce3779ee3, 0xe00e7f9dbd495d9e, 0x1fa4efa220284e7a, 0x4564bade47ac6219}),
         Coordinate::FromMontgomery(
             {0x90e6312ac4708e8e, 0x4f5725fba71e9adf, 0xe95f55ae3d684b9f, 0x47f7ccb11e94b415})},
        {Coordinate::FromMontgomery(
             {0xe4050f1cf1c367ca, 0x9bc85a9bc90fbc7d, 0xa373c4a2e1a11032, 0xb64232b7ad0393a9}),
         Coordinate::FromMontgomery(
             {0xf5577eb0167dad29, 0x1604f30194b78ab2, 0x0baa94afe829348b, 0x77fbd8dd41654342})},
        {Coordinate::FromMontgomery(
             {0xf74b5ee5b65659b6, 0x58d272060de651de, 0x9a06f93c58635522, 0x1741dc84b51b7153}),
         Coordinate::FromMontgomery(
             {0xd74e2f485e3b1cf2, 0x71f6a8e9f2886a41, 0x0f719872034d98f3, 0xee792e37bca289a6})},
        {Coordinate::FromMontgomery(
             {0x80531fe1c63c4962, 0x50541e89981fdb25, 0xdc1291a1fd4c2b6b, 0xc0693a17a6df4fca}),
         Coordinate::FromMontgomery(
             {0xb2c4604e0117f203, 0x245f19630a99b8d0, 0xaedc20aac6212c44, 0xb1ed4e56520f52a8})},
        {Coordinate::FromMontgomery(
             {0x9da036629673d875, 0x47c5ce723335f166, 0x24e892e354e58c2d, 0x07228f0138845a00}),
         Coordinate::FromMontgomery(
             {0xff9f34a22f8855a7, 0xf7d6d205c4e307fc, 0xbcd425e23455bb93, 0xd7cbb02c6d96414f})},
        {Coordinate::FromMontgomery(
             {0x19b3edb45e6b555b, 0x958c797efd18da56, 0x22dd3354e98f9273, 0x8421223409cb54d9}),
         Coordinate::FromMontgomery(
             {0xe39ca71d7a6402ba, 0x822d787c9378f1de, 0xaaf852d02beaa75d, 0xd8af72b4510fc33a})},
        {Coordinate::FromMontgomery(
             {0xe4de6bd8583f402b, 0xede94383b3481fdb, 0x924056d748d08e35, 0x8e349069eabd2ecc}),
         Coordinate::FromMontgomery(
             {0x7b33363ce0d67374, 0x70e419452d8c05eb, 0xb78a5b3582d2ba0a, 0x8490d830e005d3e7})},
        {Coordinate::FromMontgomery(
             {0x75d9bc15adf7cccf, 0x81a3e5d6dfa1e1b0, 0x8c39e444249bc17e, 0xf37dccb28ea7fd43}),
         Coordinate::FromMontgomery(
             {0xda654873907fba12, 0x35daa6da4a372904, 0x0564cfc66283a6c5, 0xd09fa4f64a9395bf})},
        {Coordinate::FromMontgomery(
             {0x7b2c19d8444a73f6, 0xc88f4ce46feee88a, 0x9a1f7a70d431d8d2, 0xae042119c1b25749}),
         Coordinate::FromMontgomery(
             {0x467b64ce45b9ddf1, 0x45df2010689f927b, 0xc874c67101d12b64, 0xc4aca24dd4df95fe})},
        {Coordinate::FromMontgomery(
             {0xc660550e732325c7, 0xd4d12681e3fe0994, 0xffcfe8edecfd8b7c, 0x858b5225308e65b4}),
         Coordinate::FromMontgomery(
             {0x9523f8b4dc162423, 0x89507a8024271a6b, 0xb4d2eaf6658d58c5, 0x80e7ba28b9c205ed})},
        {Coordinate::FromMontgomery(
             {0x46c063953c52ebb9, 0x7333d509d02f1e43, 0x2d6b41fdb79ca51f, 0xb3b3d1dd23817a73}),
         Coordinate::FromMontgomery(
             {0x1fdeddb41cf976a4, 0x4be0fc0f97b7bac8, 0x1e638fd1a784d816, 0xfa4eaf60e439bf08})},
        {Coordinate::FromMontgomery(
             {0x8cb0c4ac5fca6ff1, 0x9da506c24b607037, 0x46e892ab0db25734, 0x115fd8dedffb31b0}),
         Coordinate::FromMontgomery(
             {0xd9135992c90eaaae, 0xb41eeaa6eebf8578, 0xcb24be1e7a389c05, 0x29971d57b1809587})},
        {Coordinate::FromMontgomery(
             {0x078a14ba418ef20c, 0x6a4cd780824ba43d, 0xe7447778c442ac87, 0x1c472acad8bba232}),
         Coordinate::FromMontgomery(
             {0xb45c362f44237888, 0x7b2c167684ef1c00, 0x1e9f3c994500185c, 0x8122fdd0cfb13db4})},
        {Coordinate::FromMontgomery(
             {0xe96e5c936eff12e1, 0x0abcc1da25e31583, 0xc844e8ccdc95f5f9, 0x5a886b1b301f27cf}),
         Coordinate::FromMontgomery(
             {0x845d7086b7b385f0, 0x8d1c658c05090238, 0xcdd1b2a62c07960b, 0xef902dccee151588})},
        {Coordinate::FromMontgomery(
             {0x85ff4f350fea91e5, 0x32954682af91bda6, 0xfe1f173d8eeaafca, 0x5badab632da4161b}),
         Coordinate::FromMontgomery(
             {0x2107bc51bf84e659, 0xf4368698ad86caa0, 0x84ad8cf46e9fbe0e, 0xf7f134adb45a2551})},
    },
    {
        {Coordinate::FromMontgomery(
             {0x202886024147519a, 0xd0981eac26b372f0, 0xa9d4a7caa785ebc8, 0xd953c50ddbdf58e9}),
         Coordinate::FromMontgomery(
             {0x9d6361ccfd590f8f, 0x72e9626b44e6c917, 0x7fd9611022eb64cf, 0x863ebb7e9eb288f3})},
        {Coordinate::FromMontgomery(
             {0x4fe7ee31b0e63d34, 0xf4600572a9e54fab, 0xc0493334d5e7b5a4, 0x8589fb9206d54831}),
         Coordinate::FromMontgomery(
             {0xaa70f5cc6583553a, 0x0879094ae25649e5, 0xcc90450710044652, 0xebb0696d02541c4f})},
        {Coordinate::FromMontgomery(
             {0xabbaa0c03b89da99, 0xa6f2d79eb8284022, 0x27847862b81c05e8, 0x337a4b5905e54d63}),
         Coordinate::FromMontgomery(
             {0x3c67500d21f7794a, 0x207005b77d6d7f61, 0x0a5a378104cfd6e8, 0x0d65e0d5f4c2fbd6})},
        {Coordinate::FromMontgomery(
             {0xd433e50f6d3549cf, 0x6f33696ffacd665e, 0x695bfdacce11fcb4, 0x810ee252af7c9860}),
         Coordinate::FromMontgomery(
             {0x65450fe17159bb2c, 0xf7dfbebe758b357b, 0x2b057e74d69fea72, 0xd485717a92731745})},
        {Coordinate::FromMontgomery(
             {0xce1f69bbe83f7669, 0x09f8ae8272877d6b, 0x9548ae543244278d, 0x207755dee3c2c19c}),
         Coordinate::FromMontgomery(
             {0x87bd61d96fef1945, 0x18813cefb12d28c3, 0x9fbcd1d672df64aa, 0x48dc5ee57154b00d})},
        {Coordinate::FromMontgomery(
             {0xef0f469ef49a3154, 0x3e85a5956e2b2e9a, 0x45aaec1eaa924a9c, 0xaa12dfc8a09e4719}),
         Coordinate::FromMontgomery(
             {0x26f272274df69f1d, 0xe0e4c82ca2ff5e73, 0xb9d8ce73b7a9dd44, 0x6c036e73e48ca901})},
        {Coordinate::FromMontgomery(
             {0xe1e421e1a47153f0, 0xb86c3b79920418c9, 0x93bdce87705d7672, 0xf25ae793cab79a77}),
         Coordinate::FromMontgomery(
             {0x1f3194a36d869d0c, 0x9d55c8824986c264, 0x49fb5ea3096e945e, 0x39b8e65313db0a3e})},
        {Coordinate::FromMontgomery(
             {0xe3417bc035d0b34a, 0x440b386b8327c0a7, 0x8fb7262dac0362d1, 0x2c41114ce0cdf943}),
         Coordinate::FromMontgomery(
             {0x2ba5cef1ad95a0b1, 0xc09b37a867d54362, 0x26d6cdd201e486c9, 0x20477abf42ff9297})},
        {Coordinate::FromMontgomery(
             {0x0f121b41bc0a67d2, 0x62d4760a444d248a, 0x0e044f1d659b4737, 0x08fde365250bb4a8}),
         Coordinate::FromMontgomery(
             {0xaceec3da848bf287, 0xc2a62182d3369d6e, 0x3582dfdc92449482, 0x2f7e2fd2565d6cd7})},
        {Coordinate::FromMontgomery(
             {0x0a0122b5178a876b, 0x51ff96ff085104b4, 0x050b31ab14f29f76, 0x84abb28b5f87d4e6}),
         Coordinate::FromMontgomery(
             {0xd5ed439f8270790a, 0x2d6cb59d85e3f46b, 0x75f55c1b6c1e2212, 0xe5436f6717655640})},
        {Coordinate::FromMontgomery(
             {0xc2965ecc9aeb596d, 0x01ea03e7023c92b4, 0x4704b4b62e013961, 0x0ca8fd3f905ea367}),
         Coordinate::FromMontgomery(
             {0x92523a42551b2b61, 0x1eb7a89c390fcd06, 0xe7f1d2be0392a63e, 0x96dca2644ddb0c33})},
        {Coordinate::FromMontgomery(
             {0x231c210e15339848, 0xe87a28e870778c8d, 0x9d1de6616956e170, 0x4ac3c9382bb09c0b}),
         Coordinate::FromMontgomery(
             {0x19be05516998987d, 0x8b2376c4ae09f4d6, 0x1de0b7651a3f933d, 0x380d94c7e39705f4})},
        {Coordinate::FromMontgomery(
             {0x3685954b8c31c31d, 0x68533d005bf21a0c, 0x0bd7626e75c79ec9, 0xca17754742c69d54}),
         Coordinate::FromMontgomery(
             {0xcc6edafff6d2dbb2, 0xfd0d8cbd174a9d18, 0x875e8793aa4578e8, 0xa976a7139cab2ce6})},
        {Coordinate::FromMontgomery(
             {0xce37ab11b43ea1db, 0x0a7ff1a95259d292, 0x851b02218f84f186, 0xa7222beadefaad13}),
         Coordinate::FromMontgomery(
             {0xa2ac78ec2b0a9144, 0x5a024051f2fa59c5, 0x91d1eca56147ce38, 0xbe94d523bc2ac690})},
        {Coordinate::FromMontgomery(
             {0x2d8daefd79ec1a0f, 0x3bbcd6fdceb39c97, 0xf5575ffc58f61a95, 0xdbd986c4adf7b420}),
         Coordinate::FromMontgomery(
             {0x81aa881415f39eb7, 0x6ee2fcf5b98d976c, 0x5465475dcf2f717d, 0x8e24d3c46860bbd0})},
    },
    {
        {Coordinate::FromMontgomery(
             {0xcc7a64880a750c0f, 0x39bacfe34e548e83, 0x3d418c760c110f05, 0x3e4daa4cb1f11588}),
         Coordinate::FromMontgomery(
             {0x2733e7b55ffc69ff, 0x46f147bc92053127, 0x885b2434d722df94, 0x6a444f65e6fc6b7c})},
        {Coordinate::FromMontgomery(
             {0x8ce9b6bfc360e25a, 0xe6425195075a1a78, 0x9dc756a8481732f4, 0x83c0440f5432b57a}),
         Coordinate::FromMontgomery(
             {0xc670b3f1d720281f, 0x2205910ed135e051, 0xded14b0edb052be7, 0x697b3d27c568ea39})},
        {Coordinate::FromMontgomery(
             {0x4516b5b8b7881c8b, 0xcfe743c69a5825b4, 0x3d5b8b06c24e3024, 0x31c1a413cf8c9326}),
         Coordinate::FromMontgomery(
             {0x5e6eee84b632ae3b, 0xdfb7eb6b2bd48b14, 0x6a6515299a7261e9, 0x996b358daa69133c})},
        {Coordinate::FromMontgomery(
             {0xb81d783e979f3925, 0x1efd130aaf4c89a7, 0x525c2144fd1bf7fa, 0x4b2969041b265a9e}),
         Coordinate::FromMontgomery(
             {0xed8e9634b9db65b6, 0x35c82e3203599d8a, 0xdaa7a54f403563f3, 0x9df088ad022c38ab})},
        {Coordinate::FromMontgomery(
             {0x396b8d047025aa01, 0xa98b2ce9e23e9595, 0x9769e7c820bb29f4, 0x23778ebb201a51a5}),
         Coordinate::FromMontgomery(
             {0x653ff433a9b810a4, 0x017773dc66f269a7, 0xbce2ae82129ae800, 0x3234515151317d6b})},
        {Coordinate::FromMontgomery(
             {0x39a3bd51f67a99fa, 0x63441f7cba72c87f, 0xcc3fc76f745125ca, 0x670e00c69c686d78}),
         Coordinate::FromMontgomery(
             {0xa35c29f9a0277d6d, 0x078badcf3e443178, 0x1ca01d3f5d1c6e16, 0x23751c99fc8934cf})},
        {Coordinate::FromMontgomery(
             {0x907c4f80ec245c99, 0xa8943d3316273128, 0x8984e2cb2e233ae1, 0x655a4dda794c6256}),
         Coordinate::FromMontgomery(
             {0x88e95ce7ee6e1497, 0x977f927f129d3376, 0x2758787a568a3ff3, 0x0bdf684fdc3cbce1})},
        {Coordinate::FromMontgomery(
             {0x1083e2ea1f095615, 0x0a28ad7714e68c33, 0x6bfc02523d8818be, 0xb585113af35850cd}),
         Coordinate::FromMontgomery(
             {0x7d935f0b30df8aa1, 0xaddda07c4ab7e3ac, 0x92c34299552f00cb, 0xc33ed1de2909df6c})},
        {Coordinate::FromMontgomery(
             {0x222c4a8a10fb29b2, 0x5508658630b7eb36, 0x22d15c091ee898a1, 0xb4a70d45854090de}),
         Coordinate::FromMontgomery(
             {0x3be7a3896f61fbdc, 0xa7d262affd3348c4, 0x9682ec29e66d5552, 0x5ef177ea14cbb8d6})},
        {Coordinate::FromMontgomery(
             {0x3067f7937eafb650, 0xe37dfbf43bf2a0cb, 0xe6b8e19a8c3ac824, 0x8c4930bfa05e8b4b}),
         Coordinate::FromMontgomery(
             {0xd691267645cdb7bc, 0xcebdce5705ea892c, 0xf00c54038015170f, 0x2e12dfcc7b65a3e5})},
        {Coordinate::FromMontgomery(
             {0x9bdfc7a96c5f67d0, 0x64a44be0986471a7, 0x7f12c705b721aca9, 0xcc2f523cd760d701}),
         Coordinate::FromMontgomery(
             {0x49bb9288b46febf2, 0x6a207099375964e6, 0x6ca4a4990420792f, 0x2188c12d38bca9e8})},
        {Coordinate::FromMontgomery(
             {0x3857f5c48ee50f1e, 0xf8f801d209a578e4, 0xbe6c89fdf20f170e, 0x5ba08b2fabcf2fa9}),
         Coordinate::FromMontgomery(
             {0x86803b77486f3cfc, 0x846a92f79cf883ea, 0xbfb52676474feb56, 0x483127b0d252161a})},
        {Coordinate::FromMontgomery(
             {0x18288cfe6a658c2b, 0xe9eaef2d0b3d9e91, 0x58f2023f9ae474f2, 0x0bdae4b1bcf34170}),
         Coordinate::FromMontgomery(
             {0x9b725d7bb1861d12, 0x2bc04f740b4725bb, 0xd9fe2c7cd2aefc19, 0x5e985bb6610b818e})},
        {Coordinate::FromMontgomery(
             {0x58b1117cb4998e4b, 0xa2ccc539ee2b2e32, 0x5d1033e8127f3f60, 0x6958923bbbc4b91d}),
         Coordinate::FromMontgomery(
             {0xa077a0cf70aa136d, 0xd2fa8875641bbf55, 0x74d271aa32837130, 0xfe89c10033c1d7bf})},
        {Coordinate::FromMontgomery(
             {0x8de0880532237e81, 0xf43684ec874dfaee, 0xfdba26b988bef633, 0xac2994045d2a9c91}),
         Coordinate::FromMontgomery(
             {0xeea6a5a0a96659e1, 0xe74a555dd25ec31a, 0x8663b8f1d7d5a482, 0x50b490d71b5845e4})},
    },
};

}  // namespace merlon::crypto::p256
